/**
 * Requests against what a node has left, and the number of pods that it may run.
 *
 * The rule of Kubernetes' NodeResourcesFit: allocatable minus the requests of what is there, per
 * resource, extended ones included. Limits and actual use play no part.
 */

import type { NodeView } from '../../api/fleet.ts';
import type { NodeFilter, PodShape } from '../framework.ts';
import { describeAmount, formatAmount } from '../quantity.ts';

/** The kubelet's own default, for a node that does not say. */
const DEFAULT_PODS = 110;

export const nodeResources: NodeFilter = {
  fits: (pod, node) => {
    let fits = freePods(node);
    for (const [resource, amount] of Object.entries(pod.requests)) {
      if (fits <= 0) return 0;
      if (amount > 0) fits = Math.min(fits, Math.floor(free(node, resource) / amount));
    }
    return Math.max(0, fits);
  },
  wanted: (pod, refused) => {
    const short = shortages(pod, refused);
    if (short.length > 0) return `has ${short.join(' and ')}`;
    const all = Object.entries(pod.requests)
      .filter(([, amount]) => amount > 0)
      .map(([resource, amount]) => describeAmount(resource, amount));
    return `has ${[...all, 'a pod slot'].join(', ')} free at the same time`;
  },
};

/** What is left of a resource on a node; negative when more is promised than it has. */
function free(node: NodeView, resource: string): number {
  return (node.allocatable[resource] ?? 0) - (node.used[resource] ?? 0);
}

function freePods(node: NodeView): number {
  return (node.allocatable['pods'] ?? DEFAULT_PODS) - (node.used['pods'] ?? 0);
}

/** Only what is short on every node explains why there is none. */
function shortages(pod: PodShape, refused: readonly NodeView[]): readonly string[] {
  const words: string[] = [];
  for (const [resource, amount] of Object.entries(pod.requests)) {
    const largest = refused.reduce((most, node) => Math.max(most, free(node, resource)), 0);
    if (amount > largest) {
      words.push(
        `${describeAmount(resource, amount)} free (largest: ${formatAmount(resource, largest)})`,
      );
    }
  }
  if (refused.every((node) => freePods(node) <= 0)) words.push('a pod slot free');
  return words;
}
