/** A hub in memory that behaves: versions, watches, conflicts, and a controller that reacts. */

import { ErrorCode, OpenMcpError } from '../../../src/api/errors.ts';
import type {
  KubeClient,
  KubeObject,
  ListOptions,
  Page,
  WatchOptions,
} from '../../../src/kubernetes/client.ts';
import { KubeError } from '../../../src/kubernetes/failures.ts';
import { isKubeObject, isRecord } from '../../../src/kubernetes/object.ts';
import { OPENMCP_CLUSTERS, type Resource } from '../../../src/kubernetes/resources.ts';

interface Event {
  readonly kind: string;
  readonly version: number;
  readonly type: 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
}

export class FakeHub implements KubeClient {
  readonly server = 'https://10.0.3.30:6443';
  readonly authority = null;
  closed = false;
  /** Set: every call fails with it, and watches are cut. */
  refusal: OpenMcpError | null = null;
  /** What the product does about a change of an OpenMCPCluster; it answers with what to write. */
  controller: ((cluster: KubeObject) => object | null) | null = null;

  readonly #objects = new Map<string, KubeObject>();
  readonly #events: Event[] = [];
  readonly #waiting = new Set<() => void>();
  #version = 0;

  /** An OpenMCPCluster that is there. */
  cluster(name: string): KubeObject | null {
    return this.#objects.get(`OpenMCPCluster/openmcp/${name}`) ?? null;
  }

  /** Merges `change` into the OpenMCPCluster `name`, which it makes where it is not there. */
  write(name: string, change: object): void {
    const { apiVersion, kind } = { apiVersion: 'openmcp.k8s.io/v1alpha1', kind: 'OpenMCPCluster' };
    const metadata = { namespace: 'openmcp', name };
    const now = this.cluster(name) ?? { apiVersion, kind, metadata };
    this.#put(OPENMCP_CLUSTERS, merged(now, change));
  }

  remove(name: string): void {
    const object = this.cluster(name);
    if (object === null) return;
    this.#objects.delete(`OpenMCPCluster/openmcp/${name}`);
    this.#tell('DELETED', object);
  }

  /** Makes every call fail, and cuts the watches that are open. */
  fail(code: ErrorCode, message: string): void {
    this.refusal = new OpenMcpError(code, message);
    this.#wake();
  }

  async read(resource: Resource, ref: { namespace?: string | undefined; name: string }) {
    this.#refuse();
    return this.#objects.get(keyFor(resource, ref)) ?? null;
  }

  async list(resource: Resource, { fieldSelector }: ListOptions = {}) {
    this.#refuse();
    const items = [...this.#objects.values()].filter(
      (object) => object.kind === resource.kind && isSelected(object, fieldSelector),
    );
    return { items, resourceVersion: String(this.#version) };
  }

  async *pages(resource: Resource, options: ListOptions = {}): AsyncIterable<Page> {
    yield await this.list(resource, options);
  }

  async watch(
    resource: Resource,
    { resourceVersion, signal, fieldSelector, onOpen }: WatchOptions,
    onEvent: (event: Event) => void,
  ): Promise<void> {
    this.#refuse();
    signal?.throwIfAborted();
    onOpen?.();
    signal?.addEventListener('abort', () => this.#wake(), { once: true });
    for (let seen = Number(resourceVersion); ; ) {
      for (const event of this.#events.filter(({ version }) => version > seen)) {
        seen = event.version;
        const { kind, object } = event;
        if (kind === resource.kind && isSelected(object, fieldSelector)) onEvent(event);
      }
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
      signal?.throwIfAborted();
      this.#refuse();
    }
  }

  async create(resource: Resource, object: KubeObject) {
    this.#refuse();
    if (this.#objects.has(keyFor(resource, object.metadata))) {
      const answer = { status: 409, reason: 'AlreadyExists' };
      throw new KubeError(ErrorCode.Conflict, `${object.metadata.name} exists`, answer);
    }
    return this.#put(resource, object);
  }

  async replace(resource: Resource, object: KubeObject) {
    this.#refuse();
    return this.#put(resource, object);
  }

  async apply(resource: Resource, object: KubeObject) {
    this.#refuse();
    return this.#put(resource, object);
  }

  async patch(
    resource: Resource,
    ref: { namespace?: string | undefined; name: string },
    body: unknown,
  ) {
    const found = await this.read(resource, ref);
    if (found === null || !isRecord(body))
      throw new OpenMcpError(ErrorCode.NotFound, `cannot patch ${ref.name}: not found`);
    return this.#put(resource, merged(found, body));
  }

  async delete(resource: Resource, ref: { namespace?: string | undefined; name: string }) {
    this.#refuse();
    return this.#objects.delete(keyFor(resource, ref));
  }

  /** A dry run of an apply: what would be stored, and nothing is. */
  async request(_method: string, path: string, { body }: { body?: unknown } = {}) {
    if (this.refusal !== null)
      throw new OpenMcpError(this.refusal.code, `cannot PATCH ${path}: ${this.refusal.message}`);
    if (!isKubeObject(body)) return body;
    return { ...body, metadata: { ...body.metadata, uid: `uid-${body.metadata.name}` } };
  }

  async close() {
    this.closed = true;
  }

  #put(resource: Resource, object: KubeObject): KubeObject {
    const metadata = { ...object.metadata, resourceVersion: String(this.#version + 1) };
    const stored = { ...object, metadata: { uid: 'uid', ...metadata } };
    this.#objects.set(keyFor(resource, object.metadata), stored);
    this.#tell('MODIFIED', stored);
    const reaction = this.controller?.(stored) ?? null;
    if (reaction !== null) setImmediate(() => this.write(object.metadata.name, reaction));
    return stored;
  }

  #tell(type: Event['type'], object: KubeObject): void {
    this.#version += 1;
    this.#events.push({ kind: object.kind, version: this.#version, type, object });
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  #refuse(): void {
    if (this.refusal !== null) throw this.refusal;
  }
}

/** Of field selectors, the one that there is for every kind. */
function isSelected({ metadata }: KubeObject, fieldSelector: string | undefined): boolean {
  return fieldSelector === undefined || fieldSelector === `metadata.name=${metadata.name}`;
}

function keyFor(
  { kind }: Resource,
  { namespace = '', name }: { namespace?: string | undefined; name: string },
): string {
  return `${kind}/${namespace}/${name}`;
}

/** As a JSON merge patch, without the removing. */
function merged<T extends object>(now: T, change: object): T {
  const entries = Object.entries(change).map(([key, value]: [string, unknown]) => {
    const before: unknown = Reflect.get(now, key);
    return [key, isRecord(before) && isRecord(value) ? merged(before, value) : value] as const;
  });
  return { ...now, ...Object.fromEntries(entries) };
}
