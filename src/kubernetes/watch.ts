/** One watch, from a resourceVersion until the server ends it. Reflectors make it last. */

import { OpenMcpError } from '../api/errors.ts';
import { answered, unreachable } from './failures.ts';
import { lineSplitter } from './lines.ts';
import { isKubeObject, isRecord, type KubeObject } from './object.ts';
import { acceptOf, type ListOptions } from './pages.ts';
import { apiVersionOf, pathOf, type Resource } from './resources.ts';
import type { Transport } from './transport.ts';

export interface WatchOptions extends ListOptions {
  readonly resourceVersion: string;
  /** The server ends the watch after this. */
  readonly timeoutSeconds: number;
  /** Bookmarks come about every minute, so a longer silence means a dead connection. */
  readonly inactivityMs: number;
  /** The server has accepted the watch. */
  readonly onOpen?: (() => void) | undefined;
}

export interface WatchEvent {
  /** A bookmark brings a resourceVersion alone: everything up to it was seen. */
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: KubeObject;
}

interface Watch {
  readonly resource: Resource;
  readonly options: WatchOptions;
  readonly onEvent: (event: WatchEvent) => void;
}

export async function watchOnce(http: Transport, watch: Watch): Promise<void> {
  const { resource, options } = watch;
  const what = `watch ${resource.plural}`;
  const { namespace, labelSelector, fieldSelector, metadataOnly, inactivityMs, ...rest } = options;
  const { resourceVersion, timeoutSeconds, onOpen, ...call } = rest;
  const position = { resourceVersion, timeoutSeconds, allowWatchBookmarks: true };
  const body = await http.stream(
    {
      ...call,
      method: 'GET',
      path: pathOf(resource, { namespace }),
      what,
      query: { watch: true, labelSelector, fieldSelector, ...position },
      accept: acceptOf(metadataOnly, 'PartialObjectMetadata'),
    },
    inactivityMs,
  );
  onOpen?.();
  try {
    const lines = lineSplitter();
    for await (const chunk of body) {
      if (!Buffer.isBuffer(chunk)) continue;
      for (const line of lines.push(chunk)) deliver(line, watch, what);
    }
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error instanceof OpenMcpError ? error : unreachable(what, error);
  }
}

function deliver(line: string, { resource, onEvent }: Watch, what: string): void {
  const event: unknown = JSON.parse(line);
  const object = isRecord(event) ? event['object'] : undefined;
  if (!isRecord(event) || !isRecord(object)) throw new Error('an event has no object');
  const { type } = event;
  if (type === 'ERROR') throw answered(what, statusOf(object), object);
  // Metadata-only objects say what they are a part of, not their kind.
  const named = { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind };
  if (type === 'BOOKMARK') {
    onEvent({ type, object: { ...named, metadata: { name: '', ...metadataOf(object) } } });
  } else if (isEventType(type) && isKubeObject(named)) {
    onEvent({ type, object: named });
  }
}

function isEventType(type: unknown): type is 'ADDED' | 'MODIFIED' | 'DELETED' {
  return type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED';
}

function statusOf(object: Record<string, unknown>): number {
  return typeof object['code'] === 'number' ? object['code'] : 500;
}

function metadataOf(object: Record<string, unknown>): Record<string, unknown> {
  return isRecord(object['metadata']) ? object['metadata'] : {};
}
