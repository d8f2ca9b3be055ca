/** The operations of NFSv4.0 that the registry needs: numbers, arguments, answers (RFC 7530 §16). */

import { ErrorCode, OpenMcpError } from '../api/errors.ts';
import { XdrReader, XdrWriter } from './xdr.ts';

const NUMBERS = {
  CLOSE: 4,
  CREATE: 6,
  GETATTR: 9,
  GETFH: 10,
  LOOKUP: 15,
  OPEN: 18,
  OPEN_CONFIRM: 20,
  PUTFH: 22,
  PUTROOTFH: 24,
  READ: 25,
  READDIR: 26,
  REMOVE: 28,
  RENAME: 29,
  SAVEFH: 32,
  SETCLIENTID: 35,
  SETCLIENTID_CONFIRM: 36,
  WRITE: 38,
} as const;
export type Operation = keyof typeof NUMBERS;

/** Attributes by number (§5.6): the only ones that we ask for. */
export const ATTRIBUTE = { type: 1, size: 4, mode: 33 } as const;
/** OPEN4_RESULT_CONFIRM: the server wants to hear that we mean it. */
const MUST_CONFIRM = 2;
/** A directory is read in pieces of this many bytes. */
const READDIR_BYTES = 32_768;

export interface Attributes {
  readonly type: number;
  readonly size: number;
  readonly mode: number;
}
export interface Entry {
  readonly cookie: bigint;
  readonly name: string;
  readonly type: number;
}

const NO_ENTRY = 2;
const EXISTS = 17;
/** STALE, BAD_STATEID. */
const STALE: readonly number[] = [70, 10_025];
const MESSAGES: Readonly<Record<number, string>> = {
  1: 'not permitted',
  2: 'not there',
  5: 'input or output failed',
  13: 'access denied',
  17: 'there already',
  20: 'not a directory',
  21: 'is a directory',
  28: 'no space left',
  30: 'read-only',
  66: 'directory not empty',
  70: 'stale handle',
};
/** The server asks for patience: DELAY, GRACE. */
const LATER: readonly number[] = [10_008, 10_013];
/** It does not know us any more: STALE_CLIENTID, STALE_STATEID, EXPIRED. */
const FORGOTTEN: readonly number[] = [10_022, 10_023, 10_011];

function codeFor(status: number): ErrorCode {
  if (status === NO_ENTRY) return ErrorCode.NotFound;
  if (status === EXISTS) return ErrorCode.Conflict;
  return LATER.includes(status) || FORGOTTEN.includes(status)
    ? ErrorCode.Unavailable
    : ErrorCode.Rejected;
}

export class NfsError extends OpenMcpError {
  readonly status: number;

  constructor(name: string, status: number) {
    super(codeFor(status), `NFS ${name}: ${MESSAGES[status] ?? `status ${status}`}`);
    this.status = status;
  }

  /** What the handle, or the state of the open file, was of is there no more. */
  get isStale(): boolean {
    return STALE.includes(this.status);
  }

  get asksForPatience(): boolean {
    return LATER.includes(this.status);
  }

  get forgotUs(): boolean {
    return FORGOTTEN.includes(this.status);
  }
}

export function operation(name: Operation, args: Buffer = Buffer.alloc(0)): Buffer {
  return new XdrWriter().u32(NUMBERS[name]).raw(args).done();
}

/** Reads the answer to operation `name`; throws what the server has against it. */
export function expectOk(reader: XdrReader, name: Operation): void {
  const number = reader.u32();
  const status = reader.u32();
  if (status !== 0) throw new NfsError(name, status);
  if (number !== NUMBERS[name]) throw new Error(`NFS answered ${number} where ${name} was asked`);
}

/** What an operation without an answer worth reading leaves to be skipped. */
export function skip(reader: XdrReader, name: 'LOOKUP' | 'PUTFH' | 'PUTROOTFH' | 'SAVEFH'): void {
  expectOk(reader, name);
}

export function readAttributes(reader: XdrReader): Attributes {
  const bits = reader.bitmap();
  const values = new XdrReader(reader.opaque());
  const found = { type: 0, size: 0, mode: 0 };
  for (const bit of bits) {
    if (bit === ATTRIBUTE.type) found.type = values.u32();
    else if (bit === ATTRIBUTE.size) found.size = Number(values.u64());
    else if (bit === ATTRIBUTE.mode) found.mode = values.u32();
    else throw new Error(`NFS sent attribute ${bit}, which was not asked for`);
  }
  return found;
}

/** change_info4: three numbers that we have no use for. */
export function skipChange(reader: XdrReader): void {
  reader.take(20);
}

export function readOpened(reader: XdrReader): { stateId: Buffer; mustConfirm: boolean } {
  const stateId = reader.take(16);
  skipChange(reader);
  const flags = reader.u32();
  reader.bitmap();
  if (reader.u32() !== 0)
    throw new Error('NFS gave a delegation, though we offer no way to call back');
  return { stateId, mustConfirm: (flags & MUST_CONFIRM) !== 0 };
}

export function readEntries(reader: XdrReader): {
  verifier: Buffer;
  entries: Entry[];
  end: boolean;
} {
  const verifier = reader.take(8);
  const entries: Entry[] = [];
  while (reader.u32() === 1) {
    const cookie = reader.u64();
    const name = reader.opaque().toString('utf8');
    entries.push({ cookie, name, type: readAttributes(reader).type });
  }
  return { verifier, entries, end: reader.u32() === 1 };
}

export function readdirArguments(cookie: bigint, verifier: Buffer): Buffer {
  return new XdrWriter()
    .u64(cookie)
    .raw(verifier)
    .u32(READDIR_BYTES / 4)
    .u32(READDIR_BYTES)
    .bitmap(ATTRIBUTE.type, ATTRIBUTE.size)
    .done();
}
