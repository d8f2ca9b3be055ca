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
import { type RpcAddress, RpcConnection } from './rpc.ts';
import { type XdrReader, XdrWriter } from './xdr.ts';

const CHUNK = 65_536;
const READ = 1;
const WRITE = 2;
const FILE_SYNC = 2;
const PATIENCE = { tries: 40, pauseMs: 250 };

interface Session {
  readonly connection: RpcConnection;
  readonly clientId: bigint;
}

/** A file being read or written. */
interface Open {
  readonly session: Session;
  /** Makes it the file that the next operation is about. */
  readonly put: Buffer;
  readonly stateId: Buffer;
}

export class Nfs4Client {
  readonly #address: RpcAddress;
  #session: Promise<Session> | null = null;

  constructor(address: RpcAddress) {
    this.#address = address;
  }

  async readFile(path: string): Promise<Buffer> {
    return this.#withFile(path, { access: READ, mode: null }, async ({ session, put, stateId }) => {
      const chunks: Buffer[] = [];
      for (let offset = 0n, end = false; !end; ) {
        const args = new XdrWriter().raw(stateId).u64(offset).u32(CHUNK).done();
        const reader = await send(session, [put, operation('READ', args)]);
        skip(reader, 'PUTFH');
        expectOk(reader, 'READ');
        end = reader.u32() === 1;
        const chunk = reader.opaque();
        chunks.push(chunk);
        offset += BigInt(chunk.length);
        end ||= chunk.length === 0;
      }
      return Buffer.concat(chunks);
    });
  }

  async writeFile(path: string, data: Buffer, mode: number): Promise<void> {
    const { folder, name } = split(path);
    const temporary = [...folder, `.${name}.${randomBytes(6).toString('hex')}.tmp`].join('/');
    try {
      await this.#withFile(temporary, { access: WRITE, mode }, ({ session, put, stateId }) =>
        writeAll(session, put, stateId, data),
      );
      await this.rename(temporary, path);
    } catch (error) {
      await this.remove(temporary).catch(() => undefined);
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
    const reader = await this.#send(operations);
    skipWalk(reader, source.folder);
    skip(reader, 'SAVEFH');
    skipWalk(reader, target.folder);
    expectOk(reader, 'RENAME');
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    if (session !== null) (await session.catch(() => null))?.connection.close();
  }

  async #send(operations: readonly Buffer[]): Promise<XdrReader> {
    try {
      return await send(await this.#connected(), operations);
    } catch (error) {
      // The server went away since: these calls carry no state, so once more on a new connection.
      if (codeOf(error) !== ErrorCode.Unavailable) throw error;
      return send(await this.#connected(), operations);
    }
  }

  async #connected(): Promise<Session> {
    const session = await this.#session?.catch(() => null);
    if (session && !session.connection.closed) return session;
    this.#session = openSession(this.#address);
    return this.#session;
  }

  async #withFile<T>(
    path: string,
    how: { access: number; mode: number | null },
    act: (file: Open) => Promise<T>,
  ): Promise<T> {
    let session = await this.#connected();
    const { folder, name } = split(path);
    const owner = randomBytes(12);
    const request = (id: bigint) => [
      ...walk(folder),
      operation('OPEN', openArguments({ ...how, clientId: id, owner, name })),
      operation('GETFH'),
    ];
    let reader: XdrReader;
    try {
      reader = await send(session, request(session.clientId));
      skipWalk(reader, folder);
      expectOk(reader, 'OPEN');
    } catch (error) {
      if (!(error instanceof NfsError ? error.forgotUs : codeOf(error) === ErrorCode.Unavailable))
        throw error;
      session.connection.close();
      session = await this.#connected();
      reader = await send(session, request(session.clientId));
      skipWalk(reader, folder);
      expectOk(reader, 'OPEN');
    }
    const opened = readOpened(reader);
    expectOk(reader, 'GETFH');
    const put = operation('PUTFH', new XdrWriter().opaque(reader.opaque()).done());
    const sequence = { next: 1 };
    const stateId = opened.mustConfirm
      ? await confirm(session, put, opened.stateId, sequence)
      : opened.stateId;
    try {
      return await act({ session, put, stateId });
    } finally {
      const args = new XdrWriter().u32(sequence.next).raw(stateId).done();
      // Left open it would only cost the server some memory until it forgets us.
      await send(session, [put, operation('CLOSE', args)]).catch(() => undefined);
    }
  }
}

async function openSession(address: RpcAddress): Promise<Session> {
  const connection = await RpcConnection.open(address);
  const name = `openmcp-${process.pid}-${randomBytes(6).toString('hex')}`;
  // No address to call back, so the server grants no delegations.
  const callback = new XdrWriter()
    .u32(0x4000_0000)
    .opaque('tcp')
    .opaque('0.0.0.0.0.0')
    .u32(0)
    .done();
  const args = new XdrWriter().raw(randomBytes(8)).opaque(name).raw(callback).done();
  const reader = await patient(connection, [operation('SETCLIENTID', args)]);
  expectOk(reader, 'SETCLIENTID');
  const clientId = reader.u64();
  const verifier = reader.take(8);
  const confirmation = new XdrWriter().u64(clientId).raw(verifier).done();
  expectOk(
    await patient(connection, [operation('SETCLIENTID_CONFIRM', confirmation)]),
    'SETCLIENTID_CONFIRM',
  );
  return { connection, clientId };
}

function send({ connection }: Session, operations: readonly Buffer[]): Promise<XdrReader> {
  return patient(connection, operations);
}

/** Waits out a server that asks for it, as after its restart. */
async function patient(
  connection: RpcConnection,
  operations: readonly Buffer[],
): Promise<XdrReader> {
  for (let tries = 0; ; tries += 1) {
    const reader = await connection.compound(operations);
    const status = reader.u32();
    reader.opaque();
    reader.u32();
    const error = new NfsError('COMPOUND', status);
    if (!error.asksForPatience || tries >= PATIENCE.tries) return reader;
    await new Promise((resolve) => setTimeout(resolve, PATIENCE.pauseMs));
  }
}

async function confirm(
  session: Session,
  put: Buffer,
  stateId: Buffer,
  sequence: { next: number },
): Promise<Buffer> {
  const args = new XdrWriter().raw(stateId).u32(sequence.next).done();
  sequence.next += 1;
  const reader = await send(session, [put, operation('OPEN_CONFIRM', args)]);
  skip(reader, 'PUTFH');
  expectOk(reader, 'OPEN_CONFIRM');
  return reader.take(16);
}

async function writeAll(
  session: Session,
  put: Buffer,
  stateId: Buffer,
  data: Buffer,
): Promise<void> {
  for (let offset = 0; offset < data.length; ) {
    const chunk = data.subarray(offset, offset + CHUNK);
    const args = new XdrWriter()
      .raw(stateId)
      .u64(BigInt(offset))
      .u32(FILE_SYNC)
      .opaque(chunk)
      .done();
    const reader = await send(session, [put, operation('WRITE', args)]);
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
