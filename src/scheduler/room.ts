/** How many replicas a node, and a cluster node by node, has room for. */

import type { NodeView } from '../api/fleet.ts';
import type { NodeFilter, PodShape } from './framework.ts';
import { NODE_FILTERS } from './profile.ts';

export interface Room {
  readonly replicas: number;
  /** The nodes that take at least one. */
  readonly nodes: readonly NodeView[];
  /** Why there is none: "no node has 2 CPU free (largest: 500m)"; `null` when there is room. */
  readonly reason: string | null;
}

export function roomOn(pod: PodShape, node: NodeView): number {
  let room = Number.POSITIVE_INFINITY;
  for (const filter of NODE_FILTERS) {
    room = Math.min(room, filter.fits(pod, node));
    if (room <= 0) return 0;
  }
  return room;
}

export function roomIn(pod: PodShape, nodes: readonly NodeView[]): Room {
  let replicas = 0;
  const taking: NodeView[] = [];
  for (const node of nodes) {
    const room = roomOn(pod, node);
    if (room === 0) continue;
    replicas += room;
    taking.push(node);
  }
  return { replicas, nodes: taking, reason: replicas > 0 ? null : whyNone(pod, nodes) };
}

/** Each node is counted against the first filter that refused it, so the words follow on each other. */
function whyNone(pod: PodShape, nodes: readonly NodeView[]): string {
  if (nodes.length === 0) return 'it has no nodes';
  const refused = new Map<NodeFilter, NodeView[]>();
  for (const node of nodes) {
    const filter = NODE_FILTERS.find((each) => each.fits(pod, node) === 0);
    if (filter === undefined) continue;
    const group = refused.get(filter);
    if (group === undefined) refused.set(filter, [node]);
    else group.push(node);
  }
  const words = NODE_FILTERS.flatMap((filter) => {
    const group = refused.get(filter);
    return group === undefined ? [] : [filter.wanted(pod, group)];
  });
  return `no node ${words.join(' and ')}`;
}
