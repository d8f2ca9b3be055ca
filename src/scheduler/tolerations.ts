/** Whether a toleration covers a taint: the rule of Kubernetes, for nodes and clusters alike. */

import type { Taint } from '../api/fleet.ts';
import type { Toleration } from '../api/workload.ts';

/** The taints among `taints` of one of `effects` that no toleration covers. */
export function untolerated(
  tolerations: readonly Toleration[],
  taints: readonly Taint[],
  effects: readonly string[],
): readonly Taint[] {
  if (taints.length === 0) return taints;
  return taints.filter(
    (taint) =>
      effects.includes(taint.effect) && !tolerations.some((each) => tolerates(each, taint)),
  );
}

/** An absent effect covers all effects, an absent key (with Exists) all keys. */
function tolerates(toleration: Toleration, taint: Taint): boolean {
  const { key, effect } = toleration;
  if (isGiven(effect) && effect !== taint.effect) return false;
  if (isGiven(key) && key !== taint.key) return false;
  if (toleration.operator === 'Exists') return true;
  return isGiven(key) && (toleration.value ?? '') === (taint.value ?? '');
}

function isGiven(text: string | undefined): boolean {
  return text !== undefined && text !== '';
}

/** As `kubectl describe` prints it: "dedicated=db:NoSchedule". */
export function describeTaint(taint: Taint): string {
  const value = taint.value === undefined || taint.value === '' ? '' : `=${taint.value}`;
  return `${taint.key}${value}:${taint.effect}`;
}
