/** Required node affinity, with the operators and the and/or rule of Kubernetes. */

import type { NodeView } from '../../api/fleet.ts';
import type { NodeCondition } from '../../api/workload.ts';
import type { NodeFilter } from '../framework.ts';

export const nodeAffinity: NodeFilter = {
  fits: (pod, node) => {
    const terms = pod.nodeAffinity ?? [];
    if (terms.length === 0) return Number.POSITIVE_INFINITY;
    // A term without conditions matches no node: that is Kubernetes' rule, not an oversight.
    const matches = terms.some(
      (term) => term.length > 0 && term.every((condition) => holds(condition, node)),
    );
    return matches ? Number.POSITIVE_INFINITY : 0;
  },
  wanted: (pod) => {
    const terms = (pod.nodeAffinity ?? []).map((term) => term.map(inWords).join(', '));
    return `matches the required node affinity (${terms.join('; or ')})`;
  },
};

function holds(condition: NodeCondition, node: NodeView): boolean {
  const { on, key, operator, values } = condition;
  const named = key === 'metadata.name' ? node.name : undefined;
  return HOLDS[operator](on === 'label' ? node.labels[key] : named, values);
}

type Test = (actual: string | undefined, values: readonly string[]) => boolean;

const HOLDS: Readonly<Record<NodeCondition['operator'], Test>> = {
  In: (actual, values) => actual !== undefined && values.includes(actual),
  NotIn: (actual, values) => actual === undefined || !values.includes(actual),
  Exists: (actual) => actual !== undefined,
  DoesNotExist: (actual) => actual === undefined,
  Gt: (actual, values) => compare(actual, values) > 0,
  Lt: (actual, values) => compare(actual, values) < 0,
};

/** Not a number on either side compares as NaN, for which neither condition holds. */
function compare(actual: string | undefined, values: readonly string[]): number {
  return Number.parseInt(actual ?? '', 10) - Number.parseInt(values[0] ?? '', 10);
}

function inWords({ key, operator, values }: NodeCondition): string {
  return values.length === 0 ? `${key} ${operator}` : `${key} ${operator} ${values.join('|')}`;
}
