/**
 * An NFSv4.0 client for small files: the registry's. No kernel mount is needed.
 *
 * Writing is atomic: a file of another name, then a rename, so nobody reads half of one.
 */

import { randomBytes } from 'node:crypto';
import { codeOf, ErrorCode } from '../api/errors.ts';
import {
  ATTRIBUTE,
  type Attributes,
  type Entry,
  expectOk,
  NfsError,
  operation,
  readAttributes,
  readdirArguments,
  readEntries,
  readOpened,
  skip,
  skipChange,
} from './operations.ts';
import { NoAnswer, type RpcAddress, type RpcConnection } from './rpc.ts';
import { type Session, Sessions, send } from './session.ts';
import { type XdrReader, XdrWriter } from './xdr.ts';

const CHUNK = 65_536;
/** How often in a row a file may be replaced while it is read. */
const MOST_REPLACED = 20;
const READ = 1;
const WRITE = 2;
const FILE_SYNC = 2;

/** A file being read or written. */
interface Open {
  readonly connection: RpcConnection;
  /** Makes it the file that the next operation is about. */
  readonly put: Buffer;
  readonly stateId: Buffer;
}

export class Nfs4Client {
  readonly #sessions: Sessions;

  constructor(address: RpcAddress) {
    this.#sessions = new Sessions(address);
  }

  async readFile(path: string): Promise<Buffer> {
    for (let replaced = 0; ; replaced += 1) {
      try {
        return await this.#readOnce(path);
      } catch (error) {
        // Another file has its name now; some servers forget the old one though it is open.
        if (!(error instanceof NfsError && error.isStale) || replaced === MOST_REPLACED)
          throw error;
      }
    }
  }

  #readOnce(path: string): Promise<Buffer> {
    return this.#withFile(
      path,
      { access: READ, mode: null },
      async ({ connection, put, stateId }) => {
        const chunks: Buffer[] = [];
        for (let offset = 0n, end = false; !end; ) {
          const args = new XdrWriter().raw(stateId).u64(offset).u32(CHUNK).done();
          const reader = await send(connection, [put, operation('READ', args)]);
          skip(reader, 'PUTFH');
          expectOk(reader, 'READ');
          end = reader.u32() === 1;
          const chunk = reader.opaque();
          chunks.push(chunk);
          offset += BigInt(chunk.length);
          end ||= chunk.length === 0;
        }
        return Buffer.concat(chunks);
      },
    );
  }

  async writeFile(path: string, data: Buffer, mode: number): Promise<void> {
    const { folder, name } = split(path);
    const temporary = [...folder, `.${name}.${randomBytes(6).toString('hex')}.tmp`].join('/');
    try {
      await this.#withFile(temporary, { access: WRITE, mode }, (file) => writeAll(file, data));
      await this.rename(temporary, path);
    } catch (error) {
      // A silent server would keep us waiting once more, and what stays is hidden from lists.
      if (!(error instanceof NoAnswer)) await this.remove(temporary).catch(() => undefined);
      throw error;
    }
  }

  async stat(path: string): Promise<Attributes> {
    const parts = path.split('/').filter(Boolean);
    const args = new XdrWriter().bitmap(ATTRIBUTE.type, ATTRIBUTE.size, ATTRIBUTE.mode).done();
    const reader = await this.#send([...walk(parts), operation('GETATTR', args)]);
    skipWalk(reader, parts);
    expectOk(reader, 'GETATTR');
    return readAttributes(reader);
  }

  async readdir(path: string): Promise<Entry[]> {
    const parts = path.split('/').filter(Boolean);
    const all: Entry[] = [];
    for (let cookie = 0n, verifier = Buffer.alloc(8); ; ) {
      const reader = await this.#send([
        ...walk(parts),
        operation('READDIR', readdirArguments(cookie, verifier)),
      ]);
      skipWalk(reader, parts);
      expectOk(reader, 'READDIR');
      const page = readEntries(reader);
      all.push(...page.entries);
      const last = page.entries.at(-1);
      if (page.end || last === undefined) return all;
      cookie = last.cookie;
      verifier = Buffer.from(page.verifier);
    }
  }

  async mkdir(path: string, mode: number): Promise<void> {
    const { folder, name } = split(path);
    const attributes = new XdrWriter().u32(mode).done();
    const args = new XdrWriter()
      .u32(2)
      .opaque(name)
      .bitmap(ATTRIBUTE.mode)
      .opaque(attributes)
      .done();
    const reader = await this.#send([...walk(folder), operation('CREATE', args)]);
    skipWalk(reader, folder);
    expectOk(reader, 'CREATE');
  }

  async remove(path: string): Promise<void> {
    const { folder, name } = split(path);
    const reader = await this.#send([
      ...walk(folder),
      operation('REMOVE', new XdrWriter().opaque(name).done()),
    ]);
    skipWalk(reader, folder);
    expectOk(reader, 'REMOVE');
    skipChange(reader);
  }

  async rename(from: string, to: string): Promise<void> {
    const source = split(from);
    const target = split(to);
    const args = new XdrWriter().opaque(source.name).opaque(target.name).done();
    const operations = [
      ...walk(source.folder),
      operation('SAVEFH'),
      ...walk(target.folder),
      operation('RENAME', args),
    ];
    let tries = 0;
    const reader = await this.#sessions.surely(({ connection }) => {
      tries += 1;
      return send(connection, operations);
    });
    try {
      skipWalk(reader, source.folder);
      skip(reader, 'SAVEFH');
      skipWalk(reader, target.folder);
      expectOk(reader, 'RENAME');
    } catch (error) {
      if (tries === 1 || codeOf(error) !== ErrorCode.NotFound) throw error;
      // The answer to the first try was lost: if the target is there, it was yes.
      await this.stat(to);
    }
  }

  close(): Promise<void> {
    return this.#sessions.close();
  }

  /** These carry no state, so a lost session does no harm. */
  #send(operations: readonly Buffer[]): Promise<XdrReader> {
    return this.#sessions.surely(({ connection }) => send(connection, operations));
  }

  async #withFile<T>(
    path: string,
    how: { access: number; mode: number | null },
    act: (file: Open) => Promise<T>,
  ): Promise<T> {
    const { connection, reader } = await this.#sessions.surely(async (session) => ({
      connection: session.connection,
      reader: await open(session, path, how),
    }));
    const opened = readOpened(reader);
    expectOk(reader, 'GETFH');
    const put = operation('PUTFH', new XdrWriter().opaque(reader.opaque()).done());
    const sequence = { next: 1 };
    const stateId = opened.mustConfirm
      ? await confirm(connection, put, opened.stateId, sequence)
      : opened.stateId;
    try {
      return await act({ connection, put, stateId });
    } finally {
      const args = new XdrWriter().u32(sequence.next).raw(stateId).done();
      // Left open it would only cost the server some memory until it forgets us.
      await send(connection, [put, operation('CLOSE', args)]).catch(() => undefined);
    }
  }
}

/** Answers what follows the status of OPEN. */
async function open(
  { connection, clientId }: Session,
  path: string,
  how: { access: number; mode: number | null },
): Promise<XdrReader> {
  const { folder, name } = split(path);
  const args = openArguments({ ...how, clientId, owner: randomBytes(12), name });
  const operations = [...walk(folder), operation('OPEN', args), operation('GETFH')];
  const reader = await send(connection, operations);
  skipWalk(reader, folder);
  expectOk(reader, 'OPEN');
  return reader;
}

async function confirm(
  connection: RpcConnection,
  put: Buffer,
  stateId: Buffer,
  sequence: { next: number },
): Promise<Buffer> {
  const args = new XdrWriter().raw(stateId).u32(sequence.next).done();
  sequence.next += 1;
  const reader = await send(connection, [put, operation('OPEN_CONFIRM', args)]);
  skip(reader, 'PUTFH');
  expectOk(reader, 'OPEN_CONFIRM');
  return reader.take(16);
}

async function writeAll({ connection, put, stateId }: Open, data: Buffer): Promise<void> {
  for (let offset = 0; offset < data.length; ) {
    const chunk = data.subarray(offset, offset + CHUNK);
    const args = new XdrWriter()
      .raw(stateId)
      .u64(BigInt(offset))
      .u32(FILE_SYNC)
      .opaque(chunk)
      .done();
    const reader = await send(connection, [put, operation('WRITE', args)]);
    skip(reader, 'PUTFH');
    expectOk(reader, 'WRITE');
    offset += reader.u32();
  }
}

function openArguments(how: {
  access: number;
  mode: number | null;
  clientId: bigint;
  owner: Buffer;
  name: string;
}): Buffer {
  const { access, mode, clientId, owner, name } = how;
  const args = new XdrWriter().u32(0).u32(access).u32(0).u64(clientId).opaque(owner);
  if (mode === null) args.u32(0);
  else {
    const attributes = new XdrWriter().u64(0n).u32(mode).done();
    args.u32(1).u32(0).bitmap(ATTRIBUTE.size, ATTRIBUTE.mode).opaque(attributes);
  }
  return args.u32(0).opaque(name).done();
}

function walk(parts: readonly string[]): Buffer[] {
  const steps = parts.map((part) => operation('LOOKUP', new XdrWriter().opaque(part).done()));
  return [operation('PUTROOTFH'), ...steps];
}

function skipWalk(reader: XdrReader, parts: readonly string[]): void {
  skip(reader, 'PUTROOTFH');
  for (const _ of parts) skip(reader, 'LOOKUP');
}

function split(path: string): { folder: string[]; name: string } {
  const parts = path.split('/').filter(Boolean);
  return { folder: parts.slice(0, -1), name: parts.at(-1) ?? '' };
}
