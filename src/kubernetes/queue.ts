/**
 * Keys that need work, each at most once: however often a key is added, one flight takes the newest hint.
 *
 * A key added during its own flight flies again afterwards; a flight that fails is repeated, later
 * each time, unless the key was added meanwhile.
 */

import { type BackoffOptions, backoffMs } from './backoff.ts';

const RETRY: BackoffOptions = { minMs: 250, maxMs: 60_000 };

export interface WorkQueueOptions<H> {
  /** Flights at once, of different keys. */
  readonly concurrency: number;
  readonly handle: (key: string, hint: H) => Promise<void>;
  readonly onError?: ((error: unknown, key: string) => void) | undefined;
  readonly retry?: BackoffOptions | undefined;
}

export interface WorkQueue<H> {
  /** With a delay, not before it; of several delays of a key the earliest counts. */
  add(key: string, hint: H, delayMs?: number): void;
  /** Keys that wait or fly, delayed ones included. */
  readonly depth: number;
  /** Nothing new begins; resolves when all flights have landed. */
  stop(): Promise<void>;
}

export function workQueue<H>(options: WorkQueueOptions<H>): WorkQueue<H> {
  return new Queue(options);
}

interface Delayed<H> {
  readonly hint: H;
  readonly at: number;
  readonly timer: NodeJS.Timeout;
  /** It only repeats a flight that failed: a newer add does that sooner. */
  readonly isRetry: boolean;
}

class Queue<H> implements WorkQueue<H> {
  readonly #options: WorkQueueOptions<H>;
  readonly #ready = new Map<string, H>();
  readonly #delayed = new Map<string, Delayed<H>>();
  readonly #flying = new Map<string, Promise<void>>();
  readonly #failures = new Map<string, number>();
  #stopped = false;

  constructor(options: WorkQueueOptions<H>) {
    this.#options = options;
  }

  get depth(): number {
    const keys = [this.#ready, this.#delayed, this.#flying].flatMap((map) => [...map.keys()]);
    return new Set(keys).size;
  }

  add(key: string, hint: H, delayMs = 0): void {
    if (this.#stopped) return;
    if (delayMs > 0) return this.#wait(key, hint, { delayMs, isRetry: false });
    if (this.#delayed.get(key)?.isRetry === true) this.#unwait(key);
    this.#ready.set(key, hint);
    this.#pump();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const key of this.#delayed.keys()) this.#unwait(key);
    this.#ready.clear();
    await Promise.all(this.#flying.values());
  }

  #wait(key: string, hint: H, { delayMs, isRetry }: { delayMs: number; isRetry: boolean }): void {
    const before = this.#unwait(key);
    const at = Math.min(performance.now() + delayMs, before?.at ?? Infinity);
    const wake = (): void => {
      const due = this.#unwait(key);
      // What is ready was added later than what waited.
      if (due !== undefined && !this.#ready.has(key)) this.add(key, due.hint);
    };
    this.#delayed.set(key, {
      hint: isRetry && before !== undefined ? before.hint : hint,
      at,
      timer: setTimeout(wake, Math.max(0, at - performance.now())),
      isRetry: isRetry && (before?.isRetry ?? true),
    });
  }

  #unwait(key: string): Delayed<H> | undefined {
    const delayed = this.#delayed.get(key);
    clearTimeout(delayed?.timer);
    this.#delayed.delete(key);
    return delayed;
  }

  #pump(): void {
    for (const [key, hint] of this.#ready) {
      if (this.#stopped || this.#flying.size >= this.#options.concurrency) return;
      if (this.#flying.has(key)) continue;
      this.#ready.delete(key);
      this.#flying.set(key, this.#fly(key, hint));
    }
  }

  async #fly(key: string, hint: H): Promise<void> {
    // Lets the caller note this flight before it can land.
    await Promise.resolve();
    try {
      await this.#options.handle(key, hint);
      this.#failures.delete(key);
    } catch (error) {
      this.#failed(key, hint, error);
    }
    this.#flying.delete(key);
    this.#pump();
  }

  #failed(key: string, hint: H, error: unknown): void {
    const count = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, count);
    try {
      this.#options.onError?.(error, key);
    } catch {
      // Whoever reports errors has nobody to report its own to.
    }
    if (this.#stopped || this.#ready.has(key)) return;
    const delayMs = backoffMs(count, this.#options.retry ?? RETRY);
    this.#wait(key, hint, { delayMs, isRetry: true });
  }
}
