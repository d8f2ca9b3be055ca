/** One connection to an NFS server: calls and their answers over TCP (RFC 5531), matched by number. */

import { randomInt } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { ErrorCode, OpenMcpError } from '../api/errors.ts';
import { Records } from './records.ts';
import { XdrReader, XdrWriter } from './xdr.ts';

const PROGRAM = 100_003;
const VERSION = 4;
const COMPOUND = 1;
const RPC_VERSION = 2;
const AUTH_SYS = 1;
const LAST_FRAGMENT = 0x8000_0000;
const CLOSED = 'the connection was closed';

export interface RpcAddress {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
}

/** The server had its time. To ask once more would take as long again. */
export class NoAnswer extends OpenMcpError {}

interface Waiting {
  readonly resolve: (answer: XdrReader) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

export class RpcConnection {
  readonly #socket: Socket;
  readonly #address: RpcAddress;
  readonly #waiting = new Map<number, Waiting>();
  readonly #records = new Records();
  #number = randomInt(1, 2 ** 31);
  closed = false;

  static open(address: RpcAddress): Promise<RpcConnection> {
    return new Promise((resolve, reject) => {
      const { host, port, timeoutMs } = address;
      const socket = connect({ host, port, noDelay: true });
      const timer = setTimeout(() => {
        socket.destroy();
        reject(noAnswer(address));
      }, timeoutMs);
      socket.once('error', (error) => {
        clearTimeout(timer);
        reject(unreachable(address, error.message));
      });
      socket.once('connect', () => {
        clearTimeout(timer);
        resolve(new RpcConnection(socket, address));
      });
    });
  }

  private constructor(socket: Socket, address: RpcAddress) {
    this.#socket = socket;
    this.#address = address;
    socket.on('data', (data) => this.#onData(data));
    socket.on('error', (error) => this.#fail(unreachable(address, error.message)));
    socket.on('close', () => this.close());
  }

  /** Sends one COMPOUND of `operations`; resolves with what follows its status and tag. */
  compound(operations: readonly Buffer[]): Promise<XdrReader> {
    if (this.closed) return Promise.reject(unreachable(this.#address, CLOSED));
    this.#number = (this.#number + 1) >>> 0;
    const number = this.#number;
    const body = new XdrWriter()
      .u32(number)
      .u32(0)
      .u32(RPC_VERSION)
      .u32(PROGRAM)
      .u32(VERSION)
      .u32(COMPOUND)
      .raw(credential())
      .u32(0)
      .u32(0)
      .opaque('')
      .u32(0)
      .u32(operations.length)
      .raw(Buffer.concat(operations))
      .done();
    return new Promise((resolve, reject) => {
      // The connection goes too: it may lead to a machine that is gone, and nothing else would tell.
      const timer = setTimeout(() => this.#fail(noAnswer(this.#address)), this.#address.timeoutMs);
      this.#waiting.set(number, { resolve, reject, timer });
      this.#socket.write(
        new XdrWriter()
          .u32(LAST_FRAGMENT + body.length)
          .raw(body)
          .done(),
      );
    });
  }

  close(): void {
    this.#fail(unreachable(this.#address, CLOSED));
  }

  /** Every call that waits fails by `error`. */
  #fail(error: OpenMcpError): void {
    this.closed = true;
    this.#socket.destroy();
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#waiting.clear();
  }

  #onData(data: Buffer): void {
    try {
      for (const record of this.#records.endingIn(data)) this.#onMessage(record);
    } catch (error) {
      this.#fail(
        unreachable(this.#address, error instanceof Error ? error.message : String(error)),
      );
    }
  }

  #onMessage(message: Buffer): void {
    const number = message.readUInt32BE(0);
    const waiting = this.#waiting.get(number);
    if (waiting === undefined) return;
    this.#waiting.delete(number);
    clearTimeout(waiting.timer);
    try {
      waiting.resolve(acceptedBody(message));
    } catch (error) {
      waiting.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

function acceptedBody(message: Buffer): XdrReader {
  const reader = new XdrReader(message);
  reader.u32();
  if (reader.u32() !== 1) throw new Error('the NFS server sent what is not a reply');
  if (reader.u32() !== 0) {
    throw new OpenMcpError(ErrorCode.Rejected, 'the NFS server refuses our credentials (AUTH_SYS)');
  }
  reader.u32();
  reader.opaque();
  const accepted = reader.u32();
  if (accepted !== 0) throw new Error(`the NFS server refuses the call (accept_stat ${accepted})`);
  return reader;
}

/** AUTH_SYS: who we are, as this machine numbers users. */
function credential(): Buffer {
  const body = new XdrWriter()
    .u32(0)
    .opaque('openmcp')
    .u32(process.getuid?.() ?? 0)
    .u32(process.getgid?.() ?? 0)
    .u32(0)
    .done();
  return new XdrWriter().u32(AUTH_SYS).opaque(body).done();
}

function unreachable({ host, port }: RpcAddress, why: string): OpenMcpError {
  return new OpenMcpError(
    ErrorCode.Unavailable,
    `cannot reach the NFS server ${host}:${port}: ${why}`,
  );
}

function noAnswer(address: RpcAddress): NoAnswer {
  const why = `no answer within ${address.timeoutMs} ms`;
  return new NoAnswer(ErrorCode.Unavailable, unreachable(address, why).message);
}
