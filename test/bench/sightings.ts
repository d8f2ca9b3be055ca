/** When objects were first seen in the members, by watches that are open before anything is made. */

import * as z from 'zod';
import type { KubeClient, KubeObject } from '../../src/kubernetes/client.ts';
import { reflect } from '../../src/kubernetes/reflector.ts';
import { DEPLOYMENTS } from '../../src/kubernetes/resources.ts';

export interface Sightings {
  /** Milliseconds of `performance.now()` when the last cluster had it; undefined while one lacks it. */
  everywhereAt(name: string): number | undefined;
  /** Resolves when all of `names` satisfy `seen` in every cluster; checks as events come. */
  all(names: readonly string[], seen: Sighted, timeoutMs: number): Promise<void>;
  stop(): Promise<void>;
}

/** `ready`: its replicas are; `image`: that of its first container. */
export type Sighted = 'present' | 'ready' | 'absent' | { readonly image: string };

export async function watchSightings(
  clients: readonly KubeClient[],
  namespace: string,
): Promise<Sightings> {
  const first = clients.map(() => new Map<string, number>());
  let onEvent: () => void = () => undefined;
  const reflectors = clients.map((client, index) =>
    reflect<{ image: string; ready: boolean }>({
      client,
      resource: DEPLOYMENTS,
      namespace,
      digest: (object) => ({ image: imageOf(object), ready: isReady(object) }),
      onChange: ({ type, key }) => {
        const name = key.slice(key.indexOf('/') + 1);
        if (type === 'added') first[index]?.set(name, performance.now());
        onEvent();
      },
    }),
  );
  await Promise.all(reflectors.map(({ synced }) => synced));

  const holds = (name: string, seen: Sighted): boolean =>
    reflectors.every(({ store }) => {
      const found = store.get(`${namespace}/${name}`);
      if (seen === 'absent') return found === undefined;
      if (seen === 'present') return found !== undefined;
      if (seen === 'ready') return found?.ready === true;
      return found?.image === seen.image;
    });

  return {
    everywhereAt(name) {
      const times = first.map((seen) => seen.get(name));
      return times.every((time) => time !== undefined) ? Math.max(...times) : undefined;
    },
    all(names, seen, timeoutMs) {
      const open = new Set(names);
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          reject(
            new Error(
              `${open.size} of ${names.length} not seen in time: ${[...open].slice(0, 5).join(', ')} …`,
            ),
          );
        }, timeoutMs);
        let scheduled = false;
        const check = () => {
          scheduled = false;
          for (const name of open) if (holds(name, seen)) open.delete(name);
          if (open.size > 0) return;
          clearTimeout(timer);
          resolve();
        };
        onEvent = () => {
          if (scheduled) return;
          scheduled = true;
          setTimeout(check, 20);
        };
        check();
      });
    },
    async stop() {
      await Promise.all(reflectors.map((reflector) => reflector.stop()));
    },
  };
}

function imageOf(object: KubeObject): string {
  return /"image":"([^"]*)"/.exec(JSON.stringify(object['spec']))?.[1] ?? '';
}

function isReady({ spec, status }: KubeObject): boolean {
  const Replicas = z.object({ replicas: z.int() });
  const Ready = z.object({ readyReplicas: z.int() });
  const wanted = Replicas.safeParse(spec).data?.replicas;
  return wanted !== undefined && Ready.safeParse(status).data?.readyReplicas === wanted;
}
