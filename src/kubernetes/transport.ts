/**
 * HTTP to one API server over connections that are kept: a TLS handshake costs more than a call.
 *
 * Watches have connections of their own, so that they never take those of the calls.
 */

import type { Readable } from 'node:stream';
import { type Dispatcher, Pool } from 'undici';
import { OpenMcpError } from '../api/errors.ts';
import type { Credentials } from './credentials.ts';
import { answered, unreachable } from './failures.ts';

/** Calls at once to one cluster; more wait here and not in the server's queues. */
const CONNECTIONS = 32;
const CALL_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** Below the 90 s after which an API server closes an idle connection, to be the first to do so. */
const KEEP_ALIVE_MS = 60_000;
/** A page of 500 large objects has a few MB; what is larger is a mistake or an attack. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** From the call to the last byte of the answer, waiting for a connection included. */
  readonly timeoutMs?: number | undefined;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Call extends CallOptions {
  readonly method: Method;
  readonly path: string;
  /** For errors: "apply Deployment shop/web". */
  readonly what: string;
  readonly query?: Query | undefined;
  readonly body?: unknown;
  readonly contentType?: string | undefined;
  readonly accept?: string | undefined;
}

export interface Transport {
  readonly server: string;
  /** The body parsed if it is JSON, else its text. Anything but 2xx is an error. */
  send(call: Call): Promise<unknown>;
  /** The body as it comes. Ends with an error after `inactivityMs` without a byte. */
  stream(call: Call, inactivityMs: number): Promise<Readable>;
  /** Waits for calls under way; watches are cut. */
  close(): Promise<void>;
}

export interface TransportOptions {
  readonly connections?: number | undefined;
  readonly userAgent?: string | undefined;
}

export function transport(credentials: Credentials, options: TransportOptions = {}): Transport {
  const { origin, pathname } = new URL(credentials.server);
  const prefix = pathname.replace(/\/$/, '');
  const calls = new Pool(origin, {
    ...poolOptions(credentials),
    connections: options.connections ?? CONNECTIONS,
    maxResponseSize: MAX_ANSWER_BYTES,
    // The timer of each call is the only clock.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const watches = new Pool(origin, { ...poolOptions(credentials), connections: null });

  const request = async (pool: Pool, call: Call, more: Partial<Dispatcher.RequestOptions>) =>
    pool.request({
      path: `${prefix}${call.path}${queryText(call.query)}`,
      method: call.method,
      headers: await headersOf(credentials, call, options.userAgent ?? 'openmcp'),
      body: call.body === undefined ? null : JSON.stringify(call.body),
      ...more,
    });

  return {
    server: credentials.server,
    send: (call) =>
      withDeadline(call, async (signal) => {
        const response = await request(calls, call, { signal });
        const body = parseBody(await response.body.text(), response.headers['content-type']);
        if (isSuccess(response.statusCode)) return body;
        throw answered(call.what, response.statusCode, body);
      }),
    stream: (call, inactivityMs) =>
      guarded(call, async () => {
        const opening = request(watches, call, {
          signal: call.signal ?? null,
          headersTimeout: call.timeoutMs ?? CALL_TIMEOUT_MS,
          bodyTimeout: inactivityMs,
        });
        const { statusCode, headers, body } = await unlessAborted(call.signal, opening);
        if (isSuccess(statusCode)) return body;
        throw answered(
          call.what,
          statusCode,
          parseBody(await body.text(), headers['content-type']),
        );
      }),
    async close() {
      await Promise.all([calls.close(), watches.destroy()]);
    },
  };
}

function poolOptions(credentials: Credentials): Pool.Options {
  const certificate = 'cert' in credentials ? { cert: credentials.cert, key: credentials.key } : {};
  return {
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    allowH2: false,
    connect: {
      ...certificate,
      ...(credentials.ca !== null && { ca: credentials.ca }),
      ...(credentials.tlsServerName !== undefined && { servername: credentials.tlsServerName }),
      rejectUnauthorized: true,
      timeout: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      keepAliveInitialDelay: 15_000,
    },
  };
}

async function headersOf(
  credentials: Credentials,
  call: Call,
  userAgent: string,
): Promise<Record<string, string>> {
  const headers: Record<string, string> = {
    accept: call.accept ?? 'application/json',
    'user-agent': userAgent,
  };
  if (call.body !== undefined) headers['content-type'] = call.contentType ?? 'application/json';
  if ('token' in credentials) {
    const { token } = credentials;
    headers['authorization'] = `Bearer ${typeof token === 'string' ? token : await token()}`;
  }
  return headers;
}

/** Ends `run` after the call's time, or when its caller gives up. */
async function withDeadline<T>(call: Call, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  call.signal?.throwIfAborted();
  const timeoutMs = call.timeoutMs ?? CALL_TIMEOUT_MS;
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const timer = setTimeout(
    () => controller.abort(new Error(`no answer within ${timeoutMs / 1000} s`)),
    timeoutMs,
  );
  call.signal?.addEventListener('abort', abort, { once: true });
  try {
    return await guarded(call, () => unlessAborted(controller.signal, run(controller.signal)));
  } finally {
    clearTimeout(timer);
    call.signal?.removeEventListener('abort', abort);
  }
}

/** undici looks at the signal of a call only once it has a connection: a frozen host gives none. */
async function unlessAborted<T>(signal: AbortSignal | undefined, call: Promise<T>): Promise<T> {
  if (signal === undefined) return call;
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([call, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** The caller's own abort leaves as the caller's reason, all other trouble as our error. */
async function guarded<T>(call: Call, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    call.signal?.throwIfAborted();
    if (error instanceof OpenMcpError) throw error;
    throw unreachable(call.what, error);
  }
}

function parseBody(text: string, contentType: string | string[] | undefined): unknown {
  const isJson = typeof contentType === 'string' && contentType.startsWith('application/json');
  if (!isJson) return text;
  const body: unknown = JSON.parse(text);
  return body;
}

function queryText(query: Query | undefined): string {
  if (query === undefined) return '';
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, String(value));
  }
  return search.size === 0 ? '' : `?${search.toString()}`;
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300;
