/** Where nodes and clusters are: labels of nodes first, else what the cluster's resource says. */

import type { ClusterView, NodeView } from '../api/fleet.ts';

/** The label of today first; the old one is still on nodes of older clusters. */
const LABELS = {
  region: ['topology.kubernetes.io/region', 'failure-domain.beta.kubernetes.io/region'],
  zone: ['topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone'],
} as const;

/** `null` for a node without such a label. */
export function labelledPlace(labels: NodeView['labels'], by: keyof typeof LABELS): string | null {
  const [label, oldLabel] = LABELS[by];
  return labels[label] ?? labels[oldLabel] ?? null;
}

type Places = Pick<ClusterView, 'region' | 'zones'>;

/** The region of the first labelled node, the zones of all; `stated` where no node has a label. */
export function placesOf(stated: Places, nodes: readonly NodeView[]): Places {
  const regions = nodes.flatMap((node) => labelledPlace(node.labels, 'region') ?? []);
  const zones = nodes.flatMap((node) => labelledPlace(node.labels, 'zone') ?? []);
  return {
    region: regions[0] ?? stated.region,
    zones: zones.length > 0 ? [...new Set(zones)].toSorted() : stated.zones,
  };
}
