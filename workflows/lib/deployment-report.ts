/** What a pass says of what came of it: plain arithmetic. */

import type { DeploymentReport } from '../../activities/hub/deployments.ts';
import type { Condition } from '../../src/api/conditions.ts';
import { ErrorCode } from '../../src/api/errors.ts';
import type { Outcome } from '../../src/api/outcome.ts';
import type { DeploymentPlan } from '../../src/api/placement.ts';
import type { DeploymentReading } from '../../src/api/reading.ts';

/** Instead of a plan: why the spec was refused. */
export interface Refused {
  readonly kind: 'refused';
  readonly problem: string;
}

export function reportOf(found: {
  readonly reading: DeploymentReading;
  readonly plan: DeploymentPlan | Refused;
  readonly outcomes: Readonly<Record<string, Outcome>>;
  /** Clusters that were cleaned in this pass. */
  readonly vacated: readonly string[];
  readonly workflow: { readonly id: string; readonly runId: string };
}): DeploymentReport {
  const { reading, plan, vacated, workflow } = found;
  const outcomes = Object.values(found.outcomes).toSorted((one, other) =>
    one.cluster < other.cluster ? -1 : 1,
  );
  const { generation, conditions: before } = reading;
  const placed = placedCondition(plan);
  const synced = syncedCondition(plan, outcomes);
  return {
    generation,
    clusterMaps:
      plan.kind === 'refused'
        ? reading.claimed
        : Object.fromEntries(plan.shares.map(({ cluster, replicas }) => [cluster, replicas])),
    outcomes,
    conditions: [placed, synced].map((said) => ({ ...said, observedGeneration: generation })),
    before,
    workflow,
    events: [
      ...news(before, placed),
      // That it was synced is news only after it was not.
      ...(synced.status !== 'True' || wasFailing(before) ? news(before, synced) : []),
      ...vacated.map((cluster) => ({
        type: 'Normal' as const,
        reason: 'Vacated',
        message: `${cluster} was cleaned: nothing of it is to run there any more`,
      })),
    ],
  };
}

function news(before: readonly Condition[], said: Said): DeploymentReport['events'] {
  const told = before.find(({ type }) => type === said.type);
  if (told?.reason === said.reason && told.message === said.message) return [];
  const { reason, message } = said;
  return [{ type: said.status === 'True' ? 'Normal' : 'Warning', reason, message }];
}

function wasFailing(before: readonly Condition[]): boolean {
  return before.some(({ type, status }) => type === 'Synced' && status !== 'True');
}

type Said = Omit<DeploymentReport['conditions'][number], 'observedGeneration'>;

function placedCondition(plan: DeploymentPlan | Refused): Said {
  if (plan.kind === 'refused') {
    return {
      type: 'Placed',
      status: 'False',
      reason: ErrorCode.Rejected,
      message: plan.problem,
    };
  }
  if (plan.kind === 'unplaceable') {
    return { type: 'Placed', status: 'False', reason: 'Unplaceable', message: plan.message };
  }
  const where = plan.shares.map(({ cluster, replicas }) => `${cluster}: ${replicas}`).join(', ');
  return {
    type: 'Placed',
    status: 'True',
    reason: 'Placed',
    message: [where === '' ? 'no replicas wanted' : where, plan.message].filter(Boolean).join('; '),
  };
}

function syncedCondition(plan: DeploymentPlan | Refused, outcomes: readonly Outcome[]): Said {
  if (plan.kind === 'refused') {
    return {
      type: 'Synced',
      status: 'False',
      reason: ErrorCode.Rejected,
      message: 'nothing was changed in any cluster',
    };
  }
  const failed = outcomes.filter(({ code }) => code !== null);
  if (failed.length > 0) {
    const why = failed.map(({ message }) => message).join('; ');
    return {
      type: 'Synced',
      status: failed.some(({ code }) => code === ErrorCode.Rejected) ? 'False' : 'Unknown',
      reason: 'PartlySynced',
      message: `${failed.length} of ${outcomes.length} clusters failed: ${why}`,
    };
  }
  return {
    type: 'Synced',
    status: 'True',
    reason: 'Synced',
    message:
      outcomes.length === 0
        ? 'no cluster is to have any of it'
        : `${outcomes.map(({ cluster }) => cluster).join(', ')}: as placed`,
  };
}
