import { describe, expect, it } from '@jest/globals';
import {
  expectOk,
  NfsError,
  operation,
  readAttributes,
  readdirArguments,
  readEntries,
  readOpened,
} from '../../../src/nfs/operations.ts';
import { XdrReader, XdrWriter } from '../../../src/nfs/xdr.ts';

const readerOf = (writer: XdrWriter) => new XdrReader(writer.done());

describe('what the server has against it', () => {
  it.each<[string, number, string, string]>([
    ['is there no more', 2, 'NotFound', 'not there'],
    ['is there already', 17, 'Conflict', 'there already'],
    ['must not be touched', 13, 'Rejected', 'access denied'],
    ['does not fit', 28, 'Rejected', 'no space left'],
    ['is too early after a restart', 10_013, 'Unavailable', 'status 10013'],
    ['comes from a client it forgot', 10_022, 'Unavailable', 'status 10022'],
    ['has no name here', 9_999, 'Rejected', 'status 9999'],
  ])('%s', (_what, status, code, message) => {
    const answer = readerOf(new XdrWriter().u32(38).u32(status));

    expect(() => expectOk(answer, 'WRITE')).toThrow(
      expect.objectContaining({ code, message: `NFS WRITE: ${message}` }),
    );
  });

  it.each<[number, boolean, boolean]>([
    [10_008, true, false],
    [10_013, true, false],
    [10_011, false, true],
    [10_022, false, true],
    [10_023, false, true],
    [2, false, false],
  ])('asks for patience, or for a new session: %i', (status, patience, forgot) => {
    const error = new NfsError('READ', status);

    expect([error.asksForPatience, error.forgotUs]).toEqual([patience, forgot]);
  });

  it('is nothing when all went well', () => {
    expect(() => expectOk(readerOf(new XdrWriter().u32(25).u32(0)), 'READ')).not.toThrow();
  });

  it('is noticed when another operation answers', () => {
    expect(() => expectOk(readerOf(new XdrWriter().u32(15).u32(0)), 'READ')).toThrow(
      'NFS answered 15 where READ was asked',
    );
  });
});

it('numbers operations as RFC 7530 does', () => {
  const numbers = (['LOOKUP', 'OPEN', 'RENAME', 'WRITE'] as const).map((name) =>
    operation(name).readUInt32BE(0),
  );

  expect(numbers).toEqual([15, 18, 29, 38]);
});

/** type, size and mode, as a server lays them out. */
const attributes = (type: number, size: bigint, mode: number) =>
  new XdrWriter().bitmap(1, 4, 33).opaque(new XdrWriter().u32(type).u64(size).u32(mode).done());

describe('attributes', () => {
  it('are read by their bits', () => {
    const found = readAttributes(readerOf(attributes(1, 4_096n, 0o600)));

    expect(found).toEqual({ type: 1, size: 4_096, mode: 0o600 });
  });

  it('are zero where the server leaves one out', () => {
    const answer = new XdrWriter().bitmap(1).opaque(new XdrWriter().u32(2).done());

    expect(readAttributes(readerOf(answer))).toEqual({ type: 2, size: 0, mode: 0 });
  });

  it('that were not asked for are not guessed at', () => {
    const answer = new XdrWriter().bitmap(3).opaque(new XdrWriter().u32(2).done());

    expect(() => readAttributes(readerOf(answer))).toThrow('attribute 3');
  });
});

describe('a folder', () => {
  const verifier = Buffer.from('verifier');
  const entry = (writer: XdrWriter, cookie: bigint, name: string, type: number) =>
    writer
      .u32(1)
      .u64(cookie)
      .opaque(name)
      .raw(attributes(type, 0n, 0).done());

  it('is read entry by entry', () => {
    const answer = new XdrWriter().raw(verifier);
    entry(answer, 5n, 'config', 1);
    entry(answer, 9n, '세종', 2);
    answer.u32(0).u32(1);

    expect(readEntries(readerOf(answer))).toEqual({
      verifier,
      entries: [
        { cookie: 5n, name: 'config', type: 1 },
        { cookie: 9n, name: '세종', type: 2 },
      ],
      end: true,
    });
  });

  it('goes on where the last page ended', () => {
    const answer = entry(new XdrWriter().raw(verifier), 5n, 'a', 1).u32(0).u32(0);
    const page = readEntries(readerOf(answer));

    expect(page.end).toBe(false);
    expect(readdirArguments(5n, page.verifier).subarray(0, 16).toString('hex')).toBe(
      `0000000000000005${verifier.toString('hex')}`,
    );
  });
});

describe('an opened file', () => {
  const stateId = Buffer.alloc(16, 7);
  const opened = (flags: number, delegation: number) =>
    new XdrWriter().raw(stateId).raw(Buffer.alloc(20)).u32(flags).bitmap().u32(delegation);

  it.each([
    [2, true],
    [4, false],
    [6, true],
  ])('with flags %i must be confirmed: %p', (flags, mustConfirm) => {
    expect(readOpened(readerOf(opened(flags, 0)))).toEqual({ stateId, mustConfirm });
  });

  it('with a delegation is refused: it could not be called back', () => {
    expect(() => readOpened(readerOf(opened(0, 1)))).toThrow('delegation');
  });
});
