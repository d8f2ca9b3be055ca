/**
 * What a reflector knows: the digest of every object, and the changes that new knowledge means.
 *
 * Objects are told apart by uid: a name that was deleted and made again while nobody looked is two
 * objects, and whoever listens hears of both.
 */

import { type KubeObject, keyOf } from './object.ts';

export interface Change<T> {
  readonly type: 'added' | 'modified' | 'deleted';
  /** `namespace/name`, or the name of what has no namespace. */
  readonly key: string;
  /** The digest now; of what is deleted, the last one. */
  readonly object: T;
  readonly before: T | null;
}

export interface Mirror<T> {
  readonly store: ReadonlyMap<string, T>;
  /** An object as it is now. */
  upsert(object: KubeObject): void;
  remove(object: KubeObject): void;
  /** Begins a complete list: what it does not name when it ends is gone. */
  relist(): Relist;
}

export interface Relist {
  add(object: KubeObject): void;
  end(): void;
}

interface Version {
  readonly uid: string;
  readonly resourceVersion: string;
}

/** `digest` may answer `null`: such an object is not kept, and gone if it was. */
export function mirror<T>(
  digest: (object: KubeObject) => T | null,
  emit: (change: Change<T>) => void,
): Mirror<T> {
  const store = new Map<string, T>();
  const versions = new Map<string, Version>();

  const forget = (key: string, last?: T): void => {
    const before = store.get(key);
    store.delete(key);
    versions.delete(key);
    if (before !== undefined) emit({ type: 'deleted', key, object: last ?? before, before });
  };

  const put = (key: string, version: Version, object: T | null): void => {
    const known = versions.get(key);
    if (known !== undefined && known.uid !== version.uid) forget(key);
    if (object === null) return forget(key);
    const before = store.get(key) ?? null;
    store.set(key, object);
    versions.set(key, version);
    emit({ type: before === null ? 'added' : 'modified', key, object, before });
  };

  return {
    store,
    upsert: (object) => put(keyOf(object), versionOf(object), digest(object)),
    remove(object) {
      const key = keyOf(object);
      forget(key, digest(object) ?? undefined);
    },
    relist() {
      // Digested page by page and applied at the end, so that a list that breaks changes nothing.
      const listed = new Map<string, { version: Version; object: T | null }>();
      return {
        add: (object) =>
          void listed.set(keyOf(object), { version: versionOf(object), object: digest(object) }),
        end() {
          for (const key of store.keys()) if (!listed.has(key)) forget(key);
          for (const [key, { version, object }] of listed) {
            if (!isSame(versions.get(key), version)) put(key, version, object);
          }
        },
      };
    },
  };
}

function isSame(known: Version | undefined, version: Version): boolean {
  return known?.uid === version.uid && known.resourceVersion === version.resourceVersion;
}

function versionOf(object: KubeObject): Version {
  const { uid, resourceVersion } = object.metadata;
  return { uid: uid ?? '', resourceVersion: resourceVersion ?? '' };
}
