/** Nodes that are not Ready, or are cordoned, take no pod. */

import type { NodeFilter } from '../framework.ts';

export const nodeReady: NodeFilter = {
  fits: (_pod, node) => (node.schedulable ? Number.POSITIVE_INFINITY : 0),
  wanted: () => 'is ready and schedulable',
};
