/** Taints of nodes against the tolerations of the pod template. */

import type { NodeFilter } from '../framework.ts';
import { describeTaint, untolerated } from '../tolerations.ts';

const EFFECTS = ['NoSchedule', 'NoExecute'];
/** A reason is a sentence, not an inventory. */
const NAMED = 3;

export const nodeTaints: NodeFilter = {
  fits: (pod, node) =>
    untolerated(pod.tolerations, node.taints, EFFECTS).length === 0 ? Number.POSITIVE_INFINITY : 0,
  wanted: (pod, refused) => {
    const taints = refused.flatMap((node) => untolerated(pod.tolerations, node.taints, EFFECTS));
    const distinct = [...new Set(taints.map(describeTaint))].toSorted();
    const rest = distinct.length > NAMED ? ', …' : '';
    return `is without a taint that the template does not tolerate (${distinct.slice(0, NAMED).join(', ')}${rest})`;
  },
};
