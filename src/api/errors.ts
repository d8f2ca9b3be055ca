/**
 * What can go wrong, named by what to do about it.
 *
 * The code is the identity of an error: it survives the trip between activity, workflow, and
 * client, where `instanceof` of our own classes does not. Messages are for people and may change.
 */

export const ErrorCode = {
  /** Cannot succeed as written. Retrying is useless: the user has to change something. */
  Rejected: 'Rejected',
  /** A thing the user named is not there. */
  NotFound: 'NotFound',
  /** Someone changed it first. Read again and retry at once. */
  Conflict: 'Conflict',
  /** Nothing is wrong; something else has to happen first. Retry quietly. */
  NotYet: 'NotYet',
  /** The other side is down or overloaded. Retry with backoff. */
  Unavailable: 'Unavailable',
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** What a person reads: `cannot <verb> <what>: <cause>`, one line, values named, no secret. */
export class OpenMcpError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = code;
    this.code = code;
  }
}

/** The code of any error: our own, or one that came through Temporal as a `type`; else `null`. */
export function codeOf(error: unknown): ErrorCode | null {
  if (typeof error !== 'object' || error === null) return null;
  const named: unknown =
    'code' in error && error.code !== undefined && error.code !== null
      ? error.code
      : 'type' in error
        ? error.type
        : null;
  return Object.values(ErrorCode).find((code) => code === named) ?? null;
}
