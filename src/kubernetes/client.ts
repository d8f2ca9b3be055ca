/**
 * The Kubernetes API of one cluster: a few verbs on raw JSON.
 *
 * Objects are neither typed nor copied on the way, because a field that this program does not know
 * would be lost, and with server-side apply removed from the cluster too.
 */

import { ErrorCode, OpenMcpError } from '../api/errors.ts';
import type { Credentials } from './credentials.ts';
import { isExpired, KubeError } from './failures.ts';
import { isKubeObject, type KubeObject } from './object.ts';
import { type ListOptions, listPages, type Page } from './pages.ts';
import { type Location, pathOf, type Resource } from './resources.ts';
import {
  type CallOptions,
  type Method,
  type Query,
  type Transport,
  type TransportOptions,
  transport,
} from './transport.ts';
import { type WatchEvent, type WatchOptions, watchOnce } from './watch.ts';

export type { KubeObject } from './object.ts';
export type { ListOptions, Page } from './pages.ts';
export type { CallOptions } from './transport.ts';
export type { WatchEvent, WatchOptions } from './watch.ts';

export interface Ref {
  readonly namespace?: string | undefined;
  readonly name: string;
}

export interface ApplyOptions extends CallOptions {
  readonly fieldManager: string;
  /** Take fields that another manager owns. Without it, that is a `Conflict` naming them. */
  readonly force?: boolean | undefined;
  readonly subresource?: 'status' | undefined;
}

export interface PatchOptions extends CallOptions {
  readonly type: 'merge' | 'json';
  readonly subresource?: string | undefined;
  readonly fieldManager?: string | undefined;
}

export interface DeleteOptions extends CallOptions {
  /** Delete only this one: an object of the same name made since is a `Conflict`. */
  readonly uid?: string | undefined;
  readonly propagation?: 'Foreground' | 'Background' | 'Orphan' | undefined;
}

export interface RequestOptions extends CallOptions {
  readonly query?: Query | undefined;
  readonly body?: unknown;
  readonly contentType?: string | undefined;
  readonly accept?: string | undefined;
}

export interface KubeClient {
  readonly server: string;
  /** PEM of the authority it trusts; `null` when it trusts those of this machine. */
  readonly authority: string | null;
  /** `null`: there is no such object. A kind that the server does not know is an error. */
  read(resource: Resource, ref: Ref, options?: CallOptions): Promise<KubeObject | null>;
  /** All of them, read page by page. */
  list(
    resource: Resource,
    options?: ListOptions,
  ): Promise<{ items: KubeObject[]; resourceVersion: string }>;
  /** The same page by page, for whoever keeps only a part of each object. */
  pages(resource: Resource, options?: ListOptions): AsyncIterable<Page>;
  /** Calls `onEvent` until the server ends the watch. 410 is a `KubeError` with that status. */
  watch(
    resource: Resource,
    options: WatchOptions,
    onEvent: (event: WatchEvent) => void,
  ): Promise<void>;
  create(resource: Resource, object: KubeObject, options?: CallOptions): Promise<KubeObject>;
  /** Overwrites what is there if its resourceVersion is that of `object`; else a `Conflict`. */
  replace(resource: Resource, object: KubeObject, options?: CallOptions): Promise<KubeObject>;
  /** Server-side apply: creates or changes the fields given, and removes those given before. */
  apply(resource: Resource, object: KubeObject, options: ApplyOptions): Promise<KubeObject>;
  patch(resource: Resource, ref: Ref, body: unknown, options: PatchOptions): Promise<KubeObject>;
  /** `false`: it was not there. */
  delete(resource: Resource, ref: Ref, options?: DeleteOptions): Promise<boolean>;
  /** Anything else: `/readyz`, `/version`, a sub-resource. JSON is parsed, other answers are text. */
  request(method: Method, path: string, options?: RequestOptions): Promise<unknown>;
  close(): Promise<void>;
}

export function kubeClient(credentials: Credentials, options: TransportOptions = {}): KubeClient {
  const http = transport(credentials, options);
  return {
    server: http.server,
    authority: credentials.ca,
    ...readingVerbs(http),
    ...writingVerbs(http),
    request: (method, path, more = {}) =>
      http.send({ ...more, method, path, what: `${method} ${path}` }),
    close: () => http.close(),
  };
}

/** JSON is YAML, and apply has no media type for JSON alone. */
const APPLY = 'application/apply-patch+yaml';

type ReadingVerbs = Pick<KubeClient, 'read' | 'list' | 'pages' | 'watch'>;

function readingVerbs(http: Transport): ReadingVerbs {
  return {
    async read(resource, ref, options = {}) {
      const what = `read ${describe(resource, ref)}`;
      try {
        const found = await http.send({
          ...options,
          method: 'GET',
          path: pathOf(resource, ref),
          what,
        });
        return objectIn(found, what);
      } catch (error) {
        if (isAbsent(error)) return null;
        throw error;
      }
    },
    async list(resource, options = {}) {
      try {
        return await collect(listPages(http, resource, options));
      } catch (error) {
        // The list outlived the snapshot it was read from: once more, from its beginning.
        if (!isExpired(error)) throw error;
        return await collect(listPages(http, resource, options));
      }
    },
    pages: (resource, options = {}) => listPages(http, resource, options),
    watch: (resource, options, onEvent) => watchOnce(http, { resource, options, onEvent }),
  };
}

type WritingVerbs = Pick<KubeClient, 'create' | 'replace' | 'apply' | 'patch' | 'delete'>;

function writingVerbs(http: Transport): WritingVerbs {
  return {
    create(resource, object, options = {}) {
      const { namespace } = object.metadata;
      const verb = { ...options, method: 'POST', verb: 'create' } as const;
      return write(http, { ...verb, resource, at: refOf(object), in: { namespace }, body: object });
    },
    replace(resource, object, options = {}) {
      const verb = { ...options, method: 'PUT', verb: 'replace' } as const;
      return write(http, { ...verb, resource, at: refOf(object), body: object });
    },
    apply(resource, object, { fieldManager, force, subresource, ...options }) {
      return write(http, {
        ...options,
        method: 'PATCH',
        verb: 'apply',
        resource,
        at: { ...refOf(object), subresource },
        body: object,
        query: { fieldManager, force },
        contentType: APPLY,
      });
    },
    patch(resource, ref, body, { type, subresource, fieldManager, ...options }) {
      return write(http, {
        ...options,
        method: 'PATCH',
        verb: 'patch',
        resource,
        at: { ...ref, subresource },
        body,
        query: { fieldManager },
        contentType: `application/${type}-patch+json`,
      });
    },
    delete: (resource, ref, options = {}) => deleteOne(http, { resource, ref, options }),
  };
}

interface WriteCall extends CallOptions {
  readonly method: Method;
  readonly verb: string;
  readonly resource: Resource;
  readonly at: Location;
  /** The path to send to, where it is not that of the object. */
  readonly in?: Location;
  readonly body: unknown;
  readonly query?: Query;
  readonly contentType?: string;
}

async function write(http: Transport, call: WriteCall): Promise<KubeObject> {
  const { verb, resource, at, in: collection, ...rest } = call;
  const what = `${verb} ${describe(resource, at)}`;
  return objectIn(
    await http.send({ ...rest, path: pathOf(resource, collection ?? at), what }),
    what,
  );
}

async function deleteOne(
  http: Transport,
  call: { resource: Resource; ref: Ref; options: DeleteOptions },
): Promise<boolean> {
  const { resource, ref } = call;
  const { uid, propagation, ...options } = call.options;
  const body = {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy: propagation,
    ...(uid !== undefined && { preconditions: { uid } }),
  };
  const what = `delete ${describe(resource, ref)}`;
  try {
    await http.send({ ...options, method: 'DELETE', path: pathOf(resource, ref), what, body });
    return true;
  } catch (error) {
    if (error instanceof KubeError && error.status === 404) return false;
    throw error;
  }
}

async function collect(
  pages: AsyncIterable<Page>,
): Promise<{ items: KubeObject[]; resourceVersion: string }> {
  const items: KubeObject[] = [];
  let resourceVersion = '';
  for await (const page of pages) {
    items.push(...page.items);
    resourceVersion = page.resourceVersion;
  }
  return { items, resourceVersion };
}

function refOf(object: KubeObject): Ref {
  const { namespace, name } = object.metadata;
  return { namespace, name };
}

/** A 404 about this object. One about the path means that the kind is unknown: no Status comes. */
function isAbsent(error: unknown): boolean {
  return error instanceof KubeError && error.status === 404 && error.reason === 'NotFound';
}

function objectIn(body: unknown, what: string): KubeObject {
  if (isKubeObject(body)) return body;
  throw new OpenMcpError(ErrorCode.Unavailable, `cannot ${what}: the answer is not an object`);
}

function describe(resource: Resource, at: Location): string {
  const place = [at.namespace, at.name].filter((part) => part !== undefined).join('/');
  const part = at.subresource === undefined ? '' : ` (${at.subresource})`;
  return `${resource.kind} ${place}${part}`;
}
