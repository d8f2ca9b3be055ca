/**
 * `resources.needs`: hardware that a node must have, whatever the amount.
 *
 * "nvidia.com/gpu" is that very resource; the bare word "gpu" is any resource of that name, since
 * the samples of the original write it so and Kubernetes only knows names with a domain.
 */

import type { NodeView } from '../../api/fleet.ts';
import type { NodeFilter, PodShape } from '../framework.ts';

export const neededResources: NodeFilter = {
  fits: (pod, node) =>
    pod.needs.every((name) => offers(node, name)) ? Number.POSITIVE_INFINITY : 0,
  wanted: (pod, refused) => `offers ${missing(pod, refused).join(', ')}`,
};

function offers(node: NodeView, name: string): boolean {
  for (const [resource, amount] of Object.entries(node.allocatable)) {
    if (amount > 0 && (resource === name || resource.endsWith(`/${name}`))) return true;
  }
  return false;
}

/** What none of the nodes offers, or, when they lack different things, all that is needed. */
function missing(pod: PodShape, refused: readonly NodeView[]): readonly string[] {
  const nowhere = pod.needs.filter((name) => refused.every((node) => !offers(node, name)));
  return nowhere.length > 0 ? nowhere : pod.needs;
}
