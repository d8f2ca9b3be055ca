import { describe, expect, it } from '@jest/globals';
import { Records } from '../../../src/nfs/records.ts';
import { XdrWriter } from '../../../src/nfs/xdr.ts';

const LAST = 0x8000_0000;
const MEBIBYTE = 2 ** 20;

const fragment = (text: string) => new XdrWriter().u32(text.length).raw(Buffer.from(text)).done();
const last = (text: string) =>
  new XdrWriter()
    .u32(LAST + text.length)
    .raw(Buffer.from(text))
    .done();

const texts = (records: Records, data: Buffer) =>
  [...records.endingIn(data)].map((record) => record.toString());

describe('records', () => {
  it.each<[string, Buffer[], string[]]>([
    ['one', [last('first')], ['first']],
    ['several at once', [last('first'), last('second')], ['first', 'second']],
    ['one in fragments', [fragment('fi'), fragment(''), last('rst')], ['first']],
    ['one whose last fragment is empty', [fragment('first'), last('')], ['first']],
  ])('are found: %s', (_what, parts, expected) => {
    expect(texts(new Records(), Buffer.concat(parts))).toEqual(expected);
  });

  it('are found whole wherever the stream is cut', () => {
    const stream = Buffer.concat([fragment('fi'), last('rst'), last('second')]);
    for (let cut = 0; cut <= stream.length; cut += 1) {
      const records = new Records();

      const found = [
        ...texts(records, stream.subarray(0, cut)),
        ...texts(records, stream.subarray(cut)),
      ];

      expect(found).toEqual(['first', 'second']);
    }
  });

  it.each<[string, Buffer, number]>([
    ['has no room for its number', last('abc'), 3],
    ['is empty', last(''), 0],
    ['is too short in all its fragments', Buffer.concat([fragment('a'), last('b')]), 2],
    [
      'says that it is longer than 16 MiB',
      new XdrWriter().u32(LAST + 16 * MEBIBYTE + 1).done(),
      16 * MEBIBYTE + 1,
    ],
    [
      'comes to more than 16 MiB in all its fragments',
      Buffer.concat([fragment('a'), new XdrWriter().u32(16 * MEBIBYTE).done()]),
      16 * MEBIBYTE + 1,
    ],
  ])('are over when one %s', (_what, stream, length) => {
    expect(() => texts(new Records(), stream)).toThrow(
      `what answers there does not speak NFS (a record of ${length} bytes)`,
    );
  });

  it('may be of 16 MiB', () => {
    const [record] = new Records().endingIn(last('x'.repeat(16 * MEBIBYTE)));

    expect(record).toHaveLength(16 * MEBIBYTE);
  });
});
