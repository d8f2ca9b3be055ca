/**
 * The API server of a cluster in memory, as far as joining speaks to it: discovery, fences by uid,
 * server-side apply that takes back what a manager leaves out, rights, and namespaces that end.
 */

import type {
  ApplyOptions,
  DeleteOptions,
  KubeClient,
  KubeObject,
  ListOptions,
  Page,
  Ref,
} from '../../../../src/kubernetes/client.ts';
import { answered } from '../../../../src/kubernetes/failures.ts';
import { isRecord } from '../../../../src/kubernetes/object.ts';
import { apiVersionOf, NAMESPACES, type Resource } from '../../../../src/kubernetes/resources.ts';
import { CERTIFICATE } from '../../nfs/kubeconfigs.ts';
import { KNOWN_KINDS } from './known-kinds.ts';
import { applied, type Mark, marksOf, merged, without } from './server-side-apply.ts';

export interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string | undefined;
}

export class FakeCluster implements KubeClient {
  readonly server = 'https://127.0.0.1:1';
  readonly authority = CERTIFICATE;
  kinds: readonly Resource[] = KNOWN_KINDS;
  /** Kinds that cannot be deleted: views of others. */
  views: readonly Resource[] = [];
  /** Status that all is answered with about a group version, or about lists of a plural. */
  readonly broken = new Map<string, number>();
  /** What whoever calls may do. */
  may: (right: Right) => boolean = () => true;
  /** Every right that was needed so far. */
  readonly needed: Right[] = [];
  /** Kinds whose CRD is not there. */
  absent: readonly Resource[] = [];
  /** Set: namespaces do not end, for this reason. */
  stuck: string | null = null;
  clock = new Date('2026-01-01T00:00:00Z');

  readonly #objects = new Map<string, KubeObject>();
  /** By object and field manager: what it applied last. */
  readonly #applied = new Map<string, readonly Mark[]>();
  #made = 0;

  /** Something that is there, whoever made it. */
  put(resource: Resource, metadata: KubeObject['metadata'], content: object = {}): KubeObject {
    const base = { apiVersion: apiVersionOf(resource), kind: resource.kind };
    return this.#store(resource, { ...base, ...content, metadata });
  }

  at(resource: Resource, ref: Ref): KubeObject | null {
    return this.#objects.get(keyFor(resource, ref)) ?? null;
  }

  all(resource: Resource): KubeObject[] {
    const prefix = `${resource.group}/${resource.plural}/`;
    return [...this.#objects].flatMap(([key, object]) => (key.startsWith(prefix) ? [object] : []));
  }

  async read(resource: Resource, ref: Ref) {
    this.#need('get', resource, ref);
    this.#know(resource);
    return this.at(resource, ref);
  }

  async list(resource: Resource, { namespace, labelSelector }: ListOptions = {}) {
    this.#need('list', resource, { namespace });
    this.#answer(`list ${resource.plural}`, apiVersionOf(resource), resource.plural);
    const [label, value] = labelSelector?.split('=') ?? [];
    const items = this.all(resource).filter(
      ({ metadata }) =>
        (namespace === undefined || metadata.namespace === namespace) &&
        (label === undefined || isLabelled(metadata.labels?.[label], value)),
    );
    return { items, resourceVersion: '1' };
  }

  async *pages(resource: Resource, options: ListOptions = {}): AsyncIterable<Page> {
    yield await this.list(resource, options);
  }

  async watch() {}

  async create(resource: Resource, object: KubeObject) {
    this.#need('create', resource, object.metadata);
    this.#know(resource);
    if (this.at(resource, object.metadata) !== null) throw answered('create', 409, {});
    return this.#store(resource, object);
  }

  async replace(): Promise<KubeObject> {
    throw new Error('joining replaces nothing');
  }

  async apply(resource: Resource, object: KubeObject, options: ApplyOptions) {
    const found = this.at(resource, object.metadata);
    this.#need('patch', resource, object.metadata);
    if (found === null) this.#need('create', resource, object.metadata);
    fence(found, object.metadata.uid);
    if (resource.namespaced && !this.#has(object.metadata.namespace)) {
      throw answered(`apply ${object.metadata.name}`, 404, { message: 'no such namespace' });
    }
    // What is applied to the status says nothing of the rest, and the other way round.
    const { fieldManager, subresource = '' } = options;
    const mark = `${keyFor(resource, object.metadata)} ${fieldManager} ${subresource}`;
    const marks = marksOf(object);
    const taken = without(this.#applied.get(mark) ?? [], marks);
    this.#applied.set(mark, marks);
    return this.#store(resource, applied(found ?? object, object, taken));
  }

  async patch(resource: Resource, ref: Ref, body: unknown) {
    this.#need('patch', resource, ref);
    const found = this.at(resource, ref);
    if (found === null || !isRecord(body)) throw answered(`patch ${ref.name}`, 404, {});
    const { metadata } = body;
    fence(found, isRecord(metadata) ? metadata['uid'] : undefined);
    return this.#store(resource, merged(found, body));
  }

  async delete(resource: Resource, ref: Ref, { uid }: DeleteOptions = {}) {
    this.#need('delete', resource, ref);
    const found = this.at(resource, ref);
    if (found === null) return false;
    fence(found, uid);
    if (resource === NAMESPACES) this.#end(found);
    else this.#objects.delete(keyFor(resource, ref));
    return true;
  }

  async request(method: string, path: string, { body }: { body?: unknown } = {}): Promise<unknown> {
    if (path.endsWith('/selfsubjectaccessreviews')) return this.#review(body);
    if (path.endsWith('/selfsubjectreviews')) {
      return { metadata: { creationTimestamp: this.clock.toISOString() } };
    }
    if (path === '/version') return { minor: '37', gitVersion: 'v1.37.2' };
    if (path.endsWith('/token')) return this.#token(path);
    return this.#discovery(method, path);
  }

  async close() {}

  #discovery(method: string, path: string): unknown {
    if (path === '/apis') return { groups: groupsOf(this.kinds) };
    const apiVersion = path.replace(/^\/apis?\//, '');
    this.#answer(`${method} ${path}`, apiVersion);
    const kinds = this.kinds.filter((kind) => apiVersionOf(kind) === apiVersion);
    const resources = kinds.map((resource) => {
      const { plural: name, kind, namespaced } = resource;
      const verbs = this.views.includes(resource) ? ['get', 'list'] : ['delete', 'get', 'list'];
      return { name, kind, namespaced, verbs };
    });
    return { resources: [...resources, { ...resources[0], name: 'some/status', verbs: ['get'] }] };
  }

  #token(path: string): unknown {
    const [namespace = '', name = ''] = path
      .split('/')
      .slice(4)
      .filter((_, at) => at % 2 === 0);
    const right = { verb: 'create', group: '', resource: 'serviceaccounts/token', namespace };
    this.#demand(right);
    const account = this.#objects.get(`/serviceaccounts/${namespace}/${name}`);
    if (account === undefined) throw answered(`POST ${path}`, 404, { message: 'no account' });
    this.#made += 1;
    const expirationTimestamp = new Date(this.clock.getTime() + 3_600_000).toISOString();
    return { status: { token: `token-${this.#made}`, expirationTimestamp } };
  }

  #review(body: unknown): unknown {
    const spec = isRecord(body) && isRecord(body['spec']) ? body['spec'] : {};
    const asked = isRecord(spec['resourceAttributes']) ? spec['resourceAttributes'] : {};
    const text = (key: string) => (typeof asked[key] === 'string' ? asked[key] : '');
    const part = text('subresource') === '' ? '' : `/${text('subresource')}`;
    const resource = `${text('resource')}${part}`;
    const namespace = text('namespace') === '' ? undefined : text('namespace');
    const right = { verb: text('verb'), group: text('group'), resource, namespace };
    return { status: { allowed: this.may(right) } };
  }

  /** What lives in it goes with it. */
  #end(namespace: KubeObject): void {
    const { name } = namespace.metadata;
    if (this.stuck !== null) {
      const conditions = [{ type: 'Stuck', status: 'True', message: this.stuck }];
      const ending = { deletionTimestamp: this.clock.toISOString() };
      this.#store(NAMESPACES, merged(namespace, { metadata: ending, status: { conditions } }));
      return;
    }
    for (const [key, { metadata }] of this.#objects) {
      if (metadata.namespace === name) this.#objects.delete(key);
    }
    this.#objects.delete(keyFor(NAMESPACES, { name }));
  }

  #has(namespace = ''): boolean {
    return this.at(NAMESPACES, { name: namespace }) !== null;
  }

  #need(verb: string, { group, plural, namespaced }: Resource, { namespace }: Partial<Ref>): void {
    const place = namespaced ? { namespace } : {};
    this.#demand({ verb, group, resource: plural, ...place });
    if (verb !== 'create' || group !== 'rbac.authorization.k8s.io') return;
    // Whoever may escalate and bind need not have the rights that are given.
    const [special, resource] = plural.endsWith('bindings')
      ? ['bind', plural.replace('bindings', 's')]
      : ['escalate', plural];
    this.#demand({ verb: special, group, resource, ...place });
  }

  #demand(right: Right): void {
    this.needed.push(right);
    if (this.may(right)) return;
    throw answered(`${right.verb} ${right.resource}`, 403, { message: 'forbidden' });
  }

  #know(resource: Resource): void {
    if (this.absent.includes(resource)) throw answered(`find ${resource.plural}`, 404, {});
  }

  #answer(what: string, ...about: string[]): void {
    const status = about.map((each) => this.broken.get(each)).find((each) => each !== undefined);
    if (status !== undefined) throw answered(what, status, {});
  }

  #store(resource: Resource, object: KubeObject): KubeObject {
    this.#made += 1;
    const stored = merged(
      { ...object, metadata: { uid: `uid-${this.#made}`, ...object.metadata } },
      {},
    );
    this.#objects.set(keyFor(resource, object.metadata), stored);
    return stored;
  }
}

function keyFor({ group, plural }: Resource, { namespace = '', name }: Ref): string {
  return `${group}/${plural}/${namespace}/${name}`;
}

function isLabelled(value: string | undefined, wanted: string | undefined): boolean {
  return value !== undefined && (wanted === undefined || value === wanted);
}

function fence(found: KubeObject | null, uid: unknown): void {
  if (uid !== undefined && found?.metadata.uid !== uid) throw answered('write', 409, {});
}

function groupsOf(kinds: readonly Resource[]) {
  const names = new Set(kinds.map(({ group }) => group).filter((group) => group !== ''));
  return [...names].map((name) => {
    const versions = new Set(
      kinds.filter(({ group }) => group === name).map((kind) => kind.version),
    );
    return { name, versions: [...versions].map((version) => ({ version })) };
  });
}
