/** Which kinds of objects a namespace can hold, as the cluster's API server tells. */

import * as z from 'zod';
import type { KubeClient } from '../../src/kubernetes/client.ts';
import { KubeError } from '../../src/kubernetes/failures.ts';
import type { Resource } from '../../src/kubernetes/resources.ts';

export interface Holdable {
  readonly kinds: readonly Resource[];
  /** An API said nothing about its kinds: its server is away, or does not let us ask. */
  readonly incomplete: boolean;
}

/** Served by others than the API server, and readings only: being away, they hide nothing. */
const READINGS = /(^|\.)metrics\.k8s\.io$/;

const Groups = z.object({
  groups: z.array(
    z.object({ name: z.string(), versions: z.array(z.object({ version: z.string() })) }),
  ),
});
const Kinds = z.object({
  resources: z.array(
    z.object({
      name: z.string(),
      kind: z.string(),
      namespaced: z.boolean(),
      verbs: z.array(z.string()).nullish(),
    }),
  ),
});

/** In all versions, since a kind may be in none but one that its group does not prefer; each once. */
export async function holdableKinds(client: KubeClient): Promise<Holdable> {
  const { groups } = Groups.parse(await client.request('GET', '/apis'));
  const versions = groups
    .filter(({ name }) => !READINGS.test(name))
    .flatMap((group) => group.versions.map(({ version }) => ({ group: group.name, version })));
  const answers = await Promise.all(
    [{ group: '', version: 'v1' }, ...versions].map((api) => kindsOf(client, api)),
  );
  const found = new Map<string, Resource>();
  for (const resource of answers.flatMap((answer) => answer ?? [])) {
    const key = `${resource.group}/${resource.plural}`;
    if (!found.has(key)) found.set(key, resource);
  }
  return { kinds: [...found.values()], incomplete: answers.includes(null) };
}

/** Null: nobody knows. */
async function kindsOf(
  client: KubeClient,
  { group, version }: { group: string; version: string },
): Promise<Resource[] | null> {
  const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const answer = await askApi(() => client.request('GET', path));
  if (answer === 'absent') return [];
  const told = Kinds.safeParse(answer);
  if (!told.success) return null;
  return told.data.resources.flatMap(({ name, kind, namespaced, verbs }) => {
    // What cannot be deleted is a view of something else, and is not lost with a namespace.
    const kept = ['list', 'delete'].every((verb) => verbs?.includes(verb));
    const held = namespaced && kept && !name.includes('/');
    return held ? [{ group, version, plural: name, kind, namespaced }] : [];
  });
}

/** No such thing, or none that could be listed. */
const ABSENT = [404, 405];
/** Answers of a cluster that is busy, and not of one API: the next try meets another. */
const BUSY = [408, 409, 410, 429];

/**
 * Asks something of one API among many. `unknown`: its own server is away or broken, or it is not
 * for us to see. That the cluster itself does not answer is thrown.
 */
export async function askApi<T>(ask: () => Promise<T>): Promise<T | 'absent' | 'unknown'> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof KubeError) || BUSY.includes(error.status)) throw error;
    return ABSENT.includes(error.status) ? 'absent' : 'unknown';
  }
}
