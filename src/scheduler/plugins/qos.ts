/** Prefers neighbours that give way when a node runs short. */

import type { NodeView } from '../../api/fleet.ts';
import type { Workload } from '../../api/workload.ts';
import type { Score } from '../framework.ts';
import { mean } from '../used-shares.ts';

type Class = keyof NodeView['qos'];

/** Evicted first comes first. */
const ORDER: readonly Class[] = ['bestEffort', 'burstable', 'guaranteed'];
const CLASS: Readonly<Record<Workload['qos'], Class>> = {
  BestEffort: 'bestEffort',
  Burstable: 'burstable',
  Guaranteed: 'guaranteed',
};

/**
 * Mean over nodes of the share of pods there that the kubelet evicts before this workload, those
 * of the same class counted half; 100 on an empty node.
 *
 * The original added 1 or 2 per pod whatever the workload (openmcp.md §3.3), so that the busiest
 * cluster won.
 */
export const qos: Score = ({ workload, nodes }) => {
  const own = ORDER.indexOf(CLASS[workload.qos]);
  return mean(nodes.map((node) => yielding(node, own)));
};

function yielding(node: NodeView, own: number): number {
  let pods = 0;
  let givingWay = 0;
  for (const [rank, name] of ORDER.entries()) {
    pods += node.qos[name];
    if (rank < own) givingWay += node.qos[name];
    if (rank === own) givingWay += node.qos[name] / 2;
  }
  return pods === 0 ? 100 : (100 * givingWay) / pods;
}
