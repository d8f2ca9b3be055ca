/** `nodeSelector`: every label with exactly that value. */

import type { NodeFilter } from '../framework.ts';

export const nodeSelector: NodeFilter = {
  fits: (pod, node) => {
    for (const [key, value] of Object.entries(pod.nodeSelector)) {
      if (node.labels[key] !== value) return 0;
    }
    return Number.POSITIVE_INFINITY;
  },
  wanted: (pod) => {
    const labels = Object.entries(pod.nodeSelector).map(([key, value]) => `${key}=${value}`);
    return `matches nodeSelector ${labels.join(', ')}`;
  },
};
