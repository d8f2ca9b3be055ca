/**
 * How the NFS server knows us: a connection, and the number it gave us on it.
 *
 * All calls share one session, and open another when it was lost. A server that keeps silent is
 * asked once: whoever waits for it wants to know within the time-out.
 */

import { randomBytes } from 'node:crypto';
import { codeOf, ErrorCode, OpenMcpError } from '../api/errors.ts';
import { expectOk, NfsError, operation } from './operations.ts';
import { NoAnswer, type RpcAddress, RpcConnection } from './rpc.ts';
import { type XdrReader, XdrWriter } from './xdr.ts';

const PATIENCE = { tries: 40, pauseMs: 250 };

export interface Session {
  readonly connection: RpcConnection;
  readonly clientId: bigint;
}

export class Sessions {
  readonly #address: RpcAddress;
  #last: Promise<Session> | null = null;
  #closed = false;

  constructor(address: RpcAddress) {
    this.#address = address;
  }

  async current(): Promise<Session> {
    const last = this.#last;
    const session = await last?.catch(() => null);
    if (session && !session.connection.closed) return session;
    if (this.#closed) {
      const { host, port } = this.#address;
      const why = `cannot ask the NFS server ${host}:${port}: this client was closed`;
      throw new OpenMcpError(ErrorCode.Unavailable, why);
    }
    // The first to notice opens the next one; the others share it.
    if (this.#last === last || this.#last === null) this.#last = openSession(this.#address);
    return this.#last;
  }

  /** On a new session if the present one turns out to be lost. `act` may thus be done twice. */
  async surely<T>(act: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.current();
    try {
      return await act(session);
    } catch (error) {
      if (!isLost(error)) throw error;
      session.connection.close();
      return act(await this.current());
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    (await this.#last?.catch(() => null))?.connection.close();
  }
}

/** The connection was cut, or the server forgot us. */
function isLost(error: unknown): boolean {
  if (error instanceof NfsError) return error.forgotUs;
  return codeOf(error) === ErrorCode.Unavailable && !(error instanceof NoAnswer);
}

/** Waits out a server that asks for it, as after its restart. */
export async function send(
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

async function openSession(address: RpcAddress): Promise<Session> {
  const connection = await RpcConnection.open(address);
  try {
    return { connection, clientId: await introduce(connection) };
  } catch (error) {
    connection.close();
    throw error;
  }
}

async function introduce(connection: RpcConnection): Promise<bigint> {
  const name = `openmcp-${process.pid}-${randomBytes(6).toString('hex')}`;
  // No address to call back, so the server grants no delegations.
  const callback = new XdrWriter()
    .u32(0x4000_0000)
    .opaque('tcp')
    .opaque('0.0.0.0.0.0')
    .u32(0)
    .done();
  const args = new XdrWriter().raw(randomBytes(8)).opaque(name).raw(callback).done();
  const reader = await send(connection, [operation('SETCLIENTID', args)]);
  expectOk(reader, 'SETCLIENTID');
  const clientId = reader.u64();
  const verifier = reader.take(8);
  const confirmation = new XdrWriter().u64(clientId).raw(verifier).done();
  expectOk(
    await send(connection, [operation('SETCLIENTID_CONFIRM', confirmation)]),
    'SETCLIENTID_CONFIRM',
  );
  return clientId;
}
