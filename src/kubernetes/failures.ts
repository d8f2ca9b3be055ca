/** What an API server, or the way to it, answered: turned into our codes, in words for a user. */

import { ErrorCode, OpenMcpError } from '../api/errors.ts';
import { isRecord } from './object.ts';

/** A server's message may quote what it was sent; this much is enough to act on. */
const MAX_CAUSE = 300;

/** An answer of an API server. `reason` tells `AlreadyExists` from `Conflict`, which are both 409. */
export class KubeError extends OpenMcpError {
  readonly status: number;
  readonly reason: string;

  constructor(code: ErrorCode, message: string, answer: { status: number; reason: string }) {
    super(code, message);
    this.status = answer.status;
    this.reason = answer.reason;
  }
}

/** `what` reads "apply Deployment shop/web": no body, no header gets into the message. */
export function answered(what: string, status: number, body: unknown): KubeError {
  const told = isRecord(body) ? body : {};
  const message = typeof told['message'] === 'string' ? told['message'] : `HTTP ${status}`;
  const reason = typeof told['reason'] === 'string' ? told['reason'] : '';
  return new KubeError(codeFor(status), `cannot ${what}: ${shortened(message)}`, {
    status,
    reason,
  });
}

/** The server was not reached, or did not answer in time. */
export function unreachable(what: string, error: unknown): OpenMcpError {
  return new OpenMcpError(ErrorCode.Unavailable, `cannot ${what}: ${shortened(causeOf(error))}`);
}

export function isExpired(error: unknown): boolean {
  return error instanceof KubeError && error.status === 410;
}

function codeFor(status: number): ErrorCode {
  if (status === 404) return ErrorCode.NotFound;
  // 410: the list or watch is older than what the server keeps; read again.
  if (status === 409 || status === 410) return ErrorCode.Conflict;
  // 401: tokens are renewed, so the next attempt may carry one that works.
  if (status === 401 || status === 408 || status === 429 || status >= 500) {
    return ErrorCode.Unavailable;
  }
  return ErrorCode.Rejected;
}

function causeOf(error: unknown): string {
  if (!isRecord(error)) return 'unknown error';
  const { errors, message, cause, code, name } = error;
  // Several addresses of one host were tried: each has its own error, the sum has no message.
  if (Array.isArray(errors) && errors.length > 0) return causeOf(errors[0]);
  if (typeof message === 'string' && message !== '') return message;
  if (cause !== undefined) return causeOf(cause);
  const label = [code, name].find((text) => typeof text === 'string');
  return label ?? 'unknown error';
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > MAX_CAUSE ? `${line.slice(0, MAX_CAUSE - 1)}…` : line;
}
