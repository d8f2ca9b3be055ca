/** The addresses of all members together, told to the network whenever they change, and again. */

import type { Logger } from 'pino';
import { workQueue } from '../../../../src/kubernetes/queue.ts';

/** A network that was made anew has none of the routes, and gets them within this time. */
const AGAIN_MS = 5_000;
/** Routes of a member that did not answer yet would be taken away: it is waited for, this long. */
const WAIT_MS = 10_000;
const RETRY = { minMs: 250, maxMs: AGAIN_MS };
const ALL = 'all';

export interface Routes {
  /** Makes these the only ones: an address, and the InternalIP of the node that it leads to. */
  put(routes: ReadonlyMap<string, string>): Promise<void>;
}

export interface AnnouncerOptions {
  readonly members: readonly string[];
  readonly routes: Routes;
  readonly log: Logger;
  readonly againMs?: number | undefined;
  readonly waitMs?: number | undefined;
}

export class Announcer {
  readonly #options: AnnouncerOptions;
  readonly #tables = new Map<string, ReadonlyMap<string, string>>();
  readonly #queue = workQueue<null>({
    concurrency: 1,
    handle: () => this.#put(),
    onError: (error) => this.#told(error instanceof Error ? error.message : String(error)),
    retry: RETRY,
  });
  readonly #again: NodeJS.Timeout;
  readonly #waiting: NodeJS.Timeout;
  #isComplete = false;
  /** Nothing was wanted, and nothing is there: no need to look again. */
  #isIdle = false;
  #trouble: string | null = null;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
    this.#again = setInterval(() => {
      if (!this.#isIdle) this.#wake();
    }, options.againMs ?? AGAIN_MS);
    this.#waiting = setTimeout(() => this.#complete(), options.waitMs ?? WAIT_MS);
  }

  set(member: string, routes: ReadonlyMap<string, string>): void {
    this.#tables.set(member, routes);
    if (this.#options.members.every((name) => this.#tables.has(name))) this.#complete();
    else this.#wake();
  }

  /** Of the last time; `null` when all went well. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** The routes stay: what was reachable is so until the network ends. */
  async stop(): Promise<void> {
    clearInterval(this.#again);
    clearTimeout(this.#waiting);
    await this.#queue.stop();
  }

  #complete(): void {
    clearTimeout(this.#waiting);
    this.#isComplete = true;
    this.#wake();
  }

  #wake(): void {
    if (this.#isComplete) this.#queue.add(ALL, null);
  }

  async #put(): Promise<void> {
    const { routes, clashes } = merge(this.#options.members, this.#tables);
    await this.#options.routes.put(routes);
    this.#isIdle = routes.size === 0;
    this.#told(clashes.length === 0 ? null : clashes.join('; '));
  }

  /** Once, however often it happens. */
  #told(trouble: string | null): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    const { log } = this.#options;
    if (trouble === null) log.info('Routes are as they should be');
    else log.warn({ error: trouble }, 'Putting routes');
  }
}

/** The members are on one network: an address that two of them gave leads to the first of these. */
export function merge(
  members: readonly string[],
  tables: ReadonlyMap<string, ReadonlyMap<string, string>>,
): { routes: Map<string, string>; clashes: string[] } {
  const routes = new Map<string, string>();
  const clashes: string[] = [];
  for (const member of members) {
    for (const [address, node] of tables.get(member) ?? []) {
      if (routes.has(address)) {
        clashes.push(
          `${address} of ${member} was given by another member too: use pools of its own`,
        );
      } else {
        routes.set(address, node);
      }
    }
  }
  return { routes, clashes };
}
