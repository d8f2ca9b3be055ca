/**
 * Keeps a digest of every object of a kind, and tells what changed: list once, then watch.
 *
 *     list ──► watch ──► ended, or cut ──► watch on from the last version seen
 *      ▲                     │
 *      └── 410, or the server could not be reached: what was missed is found by comparing
 *
 * It ends only when stopped: trouble is told to `onError`, waited out and tried again.
 */

import { backoffMs, pause } from './backoff.ts';
import type { KubeClient, KubeObject, ListOptions } from './client.ts';
import { KubeError } from './failures.ts';
import { type Change, type Mirror, mirror } from './mirror.ts';
import type { Resource } from './resources.ts';

export type { Change } from './mirror.ts';

/** Spread, so that watches begun together do not end together. */
const WATCH_SECONDS = { min: 240, max: 300 };
/** Bookmarks come about every minute. */
const INACTIVITY_MS = 90_000;
const RETRY = { minMs: 800, maxMs: 30_000 };
/** A watch that brings nothing and ends sooner was not one: some proxies cut every long answer. */
const SHORTEST_WATCH_MS = 1_000;
/** A page of a large list may take a slow server this long. */
const LIST_TIMEOUT_MS = 60_000;

export interface ReflectorOptions<T> {
  readonly client: KubeClient;
  readonly resource: Resource;
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Only metadata is asked for; the rest of each object is absent. */
  readonly metadataOnly?: boolean | undefined;
  /** What to keep of an object; `null` skips it. Keep little: memory is objects × this. */
  readonly digest: (object: KubeObject) => T | null;
  /** Also called for everything found first. If it throws, that goes to `onError` and no further. */
  readonly onChange?: ((change: Change<T>) => void) | undefined;
  readonly onError?: ((error: unknown) => void) | undefined;
  readonly retry?: { readonly minMs: number; readonly maxMs: number } | undefined;
  readonly inactivityMs?: number | undefined;
}

export interface Reflector<T> {
  readonly store: ReadonlyMap<string, T>;
  /** The first list is in the store. Rejects if stopped before. */
  readonly synced: Promise<void>;
  stop(): Promise<void>;
}

export function reflect<T>(options: ReflectorOptions<T>): Reflector<T> {
  const stopping = new AbortController();
  const first = Promise.withResolvers<void>();
  first.promise.catch(() => {});
  const safe = guarded(options);
  const known = mirror(safe.digest, safe.onChange);

  const run = async (): Promise<void> => {
    let version: string | null = null;
    let failures = 0;
    while (!stopping.signal.aborted) {
      const watch = new Watching();
      try {
        version ??= await listInto(known, options, stopping.signal);
        first.resolve();
        await watch.run(version, { known, options, signal: stopping.signal });
        failures = 0;
      } catch (error) {
        if (stopping.signal.aborted) break;
        safe.onError(error);
        failures = watch.lasted ? 1 : failures + 1;
        if (mustCompare(error, watch)) version = null;
        await pause(backoffMs(failures, options.retry ?? RETRY), stopping.signal);
      }
      version &&= watch.version ?? version;
    }
    first.reject(new Error('the reflector was stopped before its first list'));
  };
  const running = run();

  return {
    store: known.store,
    synced: first.promise,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function listInto<T>(
  known: Mirror<T>,
  options: ReflectorOptions<T>,
  signal: AbortSignal,
): Promise<string> {
  const list = known.relist();
  let version = '';
  const pages = options.client.pages(options.resource, {
    ...selectionOf(options),
    signal,
    timeoutMs: LIST_TIMEOUT_MS,
  });
  for await (const page of pages) {
    for (const object of page.items) list.add(object);
    version = page.resourceVersion;
  }
  list.end();
  return version;
}

/** One watch, and how far it came. */
class Watching {
  /** The last version seen, to watch on from. */
  version: string | null = null;
  /** It brought something, or was open for a while: what ended it is a new trouble. */
  lasted = false;
  opened = false;

  async run<T>(
    resourceVersion: string,
    to: { known: Mirror<T>; options: ReflectorOptions<T>; signal: AbortSignal },
  ): Promise<void> {
    const { known, options, signal } = to;
    const ripe = setTimeout(() => {
      this.lasted = this.opened;
    }, SHORTEST_WATCH_MS);
    const watch = {
      ...selectionOf(options),
      resourceVersion,
      timeoutSeconds: Math.round(between(WATCH_SECONDS.min, WATCH_SECONDS.max)),
      inactivityMs: options.inactivityMs ?? INACTIVITY_MS,
      signal,
      onOpen: () => {
        this.opened = true;
      },
    };
    try {
      await options.client.watch(options.resource, watch, ({ type, object }) => {
        if (type === 'DELETED') known.remove(object);
        else if (type !== 'BOOKMARK') known.upsert(object);
        this.version = object.metadata.resourceVersion ?? this.version;
        this.lasted = true;
      });
    } finally {
      clearTimeout(ripe);
    }
    if (!this.lasted) throw new Error('the watch ended as soon as it began');
  }
}

/** Cut while it ran, a watch goes on; refused or not reached, only a list tells what was missed. */
function mustCompare(error: unknown, watch: Watching): boolean {
  return error instanceof KubeError || !watch.opened;
}

function selectionOf<T>(options: ReflectorOptions<T>): ListOptions {
  const { namespace, labelSelector, fieldSelector, metadataOnly } = options;
  return { namespace, labelSelector, fieldSelector, metadataOnly };
}

/** The caller's functions, unable to end the reflector. */
function guarded<T>({ digest, onChange, onError }: ReflectorOptions<T>): {
  digest: (object: KubeObject) => T | null;
  onChange: (change: Change<T>) => void;
  onError: (error: unknown) => void;
} {
  const report = (error: unknown): void => {
    try {
      onError?.(error);
    } catch {
      // Whoever reports errors has nobody to report its own to.
    }
  };
  const attempt = <R>(run: () => R, otherwise: R): R => {
    try {
      return run();
    } catch (error) {
      report(error);
      return otherwise;
    }
  };
  return {
    digest: (object) => attempt(() => digest(object), null),
    onChange: (change) => attempt(() => onChange?.(change), undefined),
    onError: report,
  };
}

function between(min: number, max: number): number {
  return min + Math.random() * (max - min);
}
