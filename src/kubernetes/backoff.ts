/** Waiting longer after each failure, and never in step with the others that failed with us. */

export interface BackoffOptions {
  readonly minMs: number;
  readonly maxMs: number;
}

/** The wait after the given number of failures in a row (1 is the first): doubling, ±50 %. */
export function backoffMs(failures: number, { minMs, maxMs }: BackoffOptions): number {
  const whole = Math.min(maxMs, minMs * 2 ** Math.min(failures - 1, 30));
  return whole * (0.5 + Math.random());
}

/** Resolves after `ms`, or as soon as `signal` aborts: the caller looks at the signal. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
