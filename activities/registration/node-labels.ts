/** Region and zone on the member's nodes, in both spellings; and back as they were. */

import * as z from 'zod';
import type { Joining } from '../../src/api/joining.ts';
import type { KubeClient, KubeObject } from '../../src/kubernetes/client.ts';
import { NODES } from '../../src/kubernetes/resources.ts';
import { isOurs } from './made.ts';
import { JOINED_BY, LABELS_BEFORE } from './member-objects.ts';

const REGION = ['topology.kubernetes.io/region', 'failure-domain.beta.kubernetes.io/region'];
const ZONE = ['topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone'];

export async function labelNodes(client: KubeClient, { by, region, zone }: Joining): Promise<void> {
  const { items } = await client.list(NODES, {});
  for (const node of items) {
    const wanted = {
      ...labelled(node, REGION, [region]),
      ...labelled(node, ZONE, zone.split(',')),
    };
    const labels = node.metadata.labels ?? {};
    const changed = Object.entries(wanted).filter(([key, value]) => labels[key] !== value);
    // An annotation that is there keeps what was before the first join.
    if (changed.length === 0 || node.metadata.annotations?.[LABELS_BEFORE] !== undefined) continue;
    const before = Object.fromEntries(changed.map(([key]) => [key, labels[key] ?? null]));
    const annotations = {
      [LABELS_BEFORE]: JSON.stringify(before),
      ...(by !== null && { [JOINED_BY]: by }),
    };
    const metadata = { labels: Object.fromEntries(changed), annotations };
    await client.patch(NODES, { name: node.metadata.name }, { metadata }, { type: 'merge' });
  }
}

/** The value that all spellings shall have: one of `allowed`, else what the node says in either. */
function labelled(
  node: KubeObject,
  keys: readonly string[],
  allowed: readonly string[],
): Record<string, string> {
  const values = allowed.map((value) => value.trim()).filter((value) => value !== '');
  const own = labelOf(node, keys);
  const value =
    own !== undefined && (values.length === 0 || values.includes(own)) ? own : values[0];
  return value === undefined ? {} : Object.fromEntries(keys.map((key) => [key, value]));
}

/** In whichever spelling; one that is empty says nothing. */
function labelOf(node: KubeObject, keys: readonly string[]): string | undefined {
  return keys.map((key) => node.metadata.labels?.[key]).find(Boolean);
}

const Before = z.record(z.string(), z.string().nullable());

export async function unlabelNodes(client: KubeClient, { by }: Joining): Promise<void> {
  const { items } = await client.list(NODES, {});
  for (const node of items) {
    const text = node.metadata.annotations?.[LABELS_BEFORE];
    if (text === undefined || !isOurs(node, by)) continue;
    const labels = Before.parse(JSON.parse(text));
    const metadata = { labels, annotations: { [LABELS_BEFORE]: null, [JOINED_BY]: null } };
    await client.patch(NODES, { name: node.metadata.name }, { metadata }, { type: 'merge' });
  }
}

/** What the nodes say of themselves, empty where they say nothing: one region, all zones by comma. */
export function whereaboutsOf(nodes: readonly KubeObject[]): { region: string; zone: string } {
  const regions = nodes.flatMap((node) => labelOf(node, REGION) ?? []);
  const zones = nodes.flatMap((node) => labelOf(node, ZONE) ?? []);
  return { region: mostFrequent(regions), zone: [...new Set(zones)].toSorted().join(',') };
}

/** Of several that are as frequent, the first by name, so that every look gives the same. */
function mostFrequent(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return [...counts.keys()].toSorted().find((value) => counts.get(value) === most) ?? '';
}
