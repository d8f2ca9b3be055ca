/** A cluster in memory: lists, watches, status patches and Events, as an API server does them. */

import type { KubeClient, KubeObject, WatchEvent } from '../../../../src/kubernetes/client.ts';
import { isRecord, keyOf } from '../../../../src/kubernetes/object.ts';
import type { Resource } from '../../../../src/kubernetes/resources.ts';

type Watcher = (event: WatchEvent) => void;

export class FakeCluster {
  readonly events: string[] = [];
  /** Addresses that two Services showed at the same time. */
  readonly shownTwice: string[] = [];
  patches = 0;
  readonly #objects = new Map<string, Map<string, KubeObject>>();
  readonly #watchers = new Map<string, Set<Watcher>>();
  #version = 1;

  put(plural: string, object: KubeObject): void {
    const known = this.#kind(plural);
    const type = known.has(keyOf(object)) ? 'MODIFIED' : 'ADDED';
    this.#version += 1;
    const metadata = { ...object.metadata, resourceVersion: String(this.#version) };
    known.set(keyOf(object), { ...object, metadata });
    this.#emit(plural, { type, object: { ...object, metadata } });
    this.#look();
  }

  delete(plural: string, key: string): void {
    const object = this.#kind(plural).get(key);
    if (object === undefined) throw new Error(`there is no ${plural} ${key}`);
    this.#kind(plural).delete(key);
    this.#emit(plural, { type: 'DELETED', object });
  }

  service(key: string): KubeObject {
    const object = this.#kind('services').get(key);
    if (object === undefined) throw new Error(`there is no Service ${key}`);
    return object;
  }

  /** As `status.loadBalancer.ingress` shows them. */
  addresses(): Record<string, unknown> {
    return Object.fromEntries(
      [...this.#kind('services')].map(([key, object]) => [key, addressOf(object)]),
    );
  }

  client(): KubeClient {
    const cannot = (): never => {
      throw new Error('the fake cluster cannot do this');
    };
    return {
      ...{ server: 'fake', authority: null, close: () => Promise.resolve() },
      ...{ read: cannot, list: cannot, replace: cannot, apply: cannot },
      ...{ delete: cannot, request: cannot },
      pages: (resource) => this.#pages(resource),
      watch: (resource, { signal }, onEvent) => {
        const ended = Promise.withResolvers<void>();
        const watchers = this.#watchers.get(resource.plural) ?? new Set();
        this.#watchers.set(resource.plural, watchers.add(onEvent));
        signal?.addEventListener('abort', () => {
          watchers.delete(onEvent);
          ended.resolve();
        });
        return ended.promise;
      },
      patch: (resource, { namespace, name }, body) => {
        this.patches += 1;
        const before = this.service(`${namespace}/${name}`);
        const status = isRecord(body) ? withoutNulls(body['status']) : {};
        this.put(resource.plural, { ...before, status });
        return Promise.resolve(this.service(`${namespace}/${name}`));
      },
      create: (_, event) => {
        const { involvedObject, reason, message } = event;
        const name = isRecord(involvedObject) ? involvedObject['name'] : '';
        this.events.push(`${String(name)}: ${String(reason)}: ${String(message)}`);
        return Promise.resolve(event);
      },
    };
  }

  async *#pages({ plural }: Resource) {
    yield { items: [...this.#kind(plural).values()], resourceVersion: String(this.#version) };
  }

  #kind(plural: string): Map<string, KubeObject> {
    const known = this.#objects.get(plural) ?? new Map<string, KubeObject>();
    this.#objects.set(plural, known);
    return known;
  }

  #emit(plural: string, event: WatchEvent): void {
    // Not at once: a write is answered before its event comes.
    setTimeout(() => {
      for (const watcher of this.#watchers.get(plural) ?? []) watcher(event);
    }, 5);
  }

  #look(): void {
    const shown = Object.values(this.addresses()).filter((address) => typeof address === 'string');
    this.shownTwice.push(...shown.filter((address, index) => shown.indexOf(address) !== index));
  }
}

function addressOf({ status }: KubeObject): unknown {
  const balancer = isRecord(status) && isRecord(status['loadBalancer']) && status['loadBalancer'];
  const ingress: unknown[] =
    balancer && Array.isArray(balancer['ingress']) ? balancer['ingress'] : [];
  const [first] = ingress;
  return isRecord(first) ? first['ip'] : null;
}

/** A merge patch removes what it says is null. */
function withoutNulls(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(kept.map(([name, field]) => [name, withoutNulls(field)]));
}
