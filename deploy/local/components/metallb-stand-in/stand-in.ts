/**
 * One member: its Services get addresses, and their statuses and Events say so.
 *
 * Every change, of whatever, leads to the same pass: look at everything, decide, write what differs.
 */

import type { Logger } from 'pino';
import { codeOf, ErrorCode } from '../../../../src/api/errors.ts';
import type { KubeClient } from '../../../../src/kubernetes/client.ts';
import { recordEvent } from '../../../../src/kubernetes/events.ts';
import { workQueue } from '../../../../src/kubernetes/queue.ts';
import { announce } from './announce.ts';
import { assign } from './assign.ts';
import { type Mirrors, mirrors } from './mirrors.ts';
import { allocated, type News, newsOf, Unsaid } from './news.ts';
import { sortOut } from './pools.ts';
import { type ServiceFacts, serviceFacts } from './services.ts';
import { type Write, writeStatus, writesFor } from './status.ts';

const NAME = 'metallb-stand-in';
/** Changes within this time make one pass; a Service waits this long for its address. */
const GATHER_MS = 50;
const CALLS_AT_ONCE = 8;
const PASS = 'pass';

export interface StandInOptions {
  readonly client: KubeClient;
  /** Called in each pass, with the InternalIP of a node for each address that is announced. */
  readonly onRoutes: (routes: ReadonlyMap<string, string>) => void;
  readonly log: Logger;
}

export class StandIn {
  readonly #options: StandInOptions;
  readonly #mirrors: Mirrors;
  readonly #queue = workQueue<null>({
    concurrency: 1,
    handle: () => this.#pass(),
    onError: (error) => this.#warn(error, 'Assigning addresses'),
  });
  /** Services as our writes left them, until the mirror shows them so. */
  readonly #written = new Map<string, ServiceFacts>();
  readonly #unsaid = new Unsaid();
  #isSynced = false;

  constructor(options: StandInOptions) {
    this.#options = options;
    this.#mirrors = mirrors({
      client: options.client,
      onChange: () => this.#wake(),
      onError: (error) => this.#warn(error, 'Following'),
    });
    this.#mirrors.synced.then(
      () => {
        this.#isSynced = true;
        this.#wake();
      },
      // Stopped before.
      () => undefined,
    );
  }

  /** Everything was listed once: before, nothing is decided. */
  get isSynced(): boolean {
    return this.#isSynced;
  }

  async stop(): Promise<void> {
    await this.#mirrors.stop();
    await this.#queue.stop();
  }

  #wake(): void {
    if (this.#isSynced) this.#queue.add(PASS, null, GATHER_MS);
  }

  async #pass(): Promise<void> {
    const { onRoutes } = this.#options;
    const { namespaces, pools, nodes, endpoints } = this.#mirrors;
    const services = this.#services();
    const { usable, broken } = sortOut(pools.values());
    const assignments = assign({ services, pools: usable, namespaces });
    const chosen = announce({
      announced: services.flatMap(({ key, local }) => {
        const address = assignments.addresses.get(key);
        return address === undefined ? [] : [{ key, address, local }];
      }),
      nodes: [...nodes.values()],
      endpoints: endpoints.values(),
    });
    onRoutes(new Map([...chosen].map(([address, node]) => [address, node.address])));

    const failures: unknown[] = [];
    await fewAtOnce(writesFor(services, assignments.addresses), (write) =>
      this.#write(write).catch((error: unknown) => void failures.push(error)),
    );
    const news = this.#unsaid.of(newsOf({ services, assignments, nodes: chosen, broken }));
    await fewAtOnce(news, (each) => this.#tell(each));
    // The pass is repeated, later each time.
    if (failures.length > 0) throw failures[0];
  }

  /** As mirrored, or as written if that is newer: else the next pass could choose otherwise. */
  #services(): ServiceFacts[] {
    const mirrored = [...this.#mirrors.services.values()];
    const uids = new Set(mirrored.map(({ uid }) => uid));
    for (const uid of this.#written.keys()) if (!uids.has(uid)) this.#written.delete(uid);
    return mirrored.map((service) => {
      const written = this.#written.get(service.uid);
      if (written !== undefined && isNewer(written, service)) return written;
      this.#written.delete(service.uid);
      return service;
    });
  }

  async #write(write: Write): Promise<void> {
    const { client, log } = this.#options;
    const { service, address } = write;
    try {
      const written = serviceFacts(await writeStatus(client, write, NAME));
      if (written !== null) this.#written.set(service.uid, written);
    } catch (error) {
      // Gone, or another one by now: its own events bring it here again.
      const code = codeOf(error);
      if (code === ErrorCode.NotFound || code === ErrorCode.Conflict) return;
      throw error;
    }
    log.info({ service: service.key, address }, address === null ? 'Cleared' : 'Assigned');
    if (address === null || address === service.shown?.address) return;
    await this.#tell(allocated(service, address));
  }

  #tell(news: News): Promise<void> {
    const { client } = this.#options;
    return recordEvent(client, { ...news, component: NAME, now: new Date() });
  }

  #warn(error: unknown, what: string): void {
    const text = error instanceof Error ? error.message : String(error);
    this.#options.log.warn({ error: text }, what);
  }
}

/** Versions of one object count upwards. */
function isNewer(one: ServiceFacts, other: ServiceFacts): boolean {
  return BigInt(one.version) > BigInt(other.version);
}

async function fewAtOnce<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items].toReversed();
  const lane = async (): Promise<void> => {
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) await act(item);
  };
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, lane));
}
