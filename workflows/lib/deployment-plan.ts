/** What a pass is to do, and what it says afterwards: plain arithmetic between two activities. */

import type { DeploymentReading, DeploymentReport } from '../../activities/hub/deployments.ts';
import type { Condition } from '../../src/api/conditions.ts';
import { ErrorCode } from '../../src/api/errors.ts';
import type { Outcome } from '../../src/api/outcome.ts';
import { NO_SUCH_CLUSTER, type Placement, type Share } from '../../src/api/placement.ts';

export interface DeploymentPlan {
  readonly kind: Placement['kind'];
  /** Why it cannot be placed, or what is amiss although it is; empty when nothing is. */
  readonly message: string;
  readonly shares: readonly Share[];
  /** Clusters that may still hold objects and shall not. */
  readonly leaving: readonly string[];
  /** The annotation to be: shares, and 0 for those that leave. */
  readonly claim: Readonly<Record<string, number>>;
  readonly claimChanged: boolean;
}

/** A workload that fits nowhere keeps what it has: nothing is taken from users because room is short. */
export function planOf(reading: DeploymentReading, placement: Placement): DeploymentPlan {
  const decided = placement.kind === 'placed' ? placement.shares : placement.kept;
  const shares = decided.filter(({ replicas }) => replicas > 0);
  const targets: Record<string, number> = {};
  for (const { cluster, replicas } of shares) targets[cluster] = replicas;
  const leaving = holdingOf(reading).filter((cluster) => targets[cluster] === undefined);
  const claim = { ...targets, ...Object.fromEntries(leaving.map((cluster) => [cluster, 0])) };
  return {
    kind: placement.kind,
    message: placement.kind === 'placed' ? amissIn(placement.unknown ?? []) : placement.message,
    shares,
    leaving,
    claim,
    claimChanged: !sameClaim(claim, reading.claimed) || (!reading.held && shares.length > 0),
  };
}

function amissIn(unknown: readonly string[]): string {
  return unknown.length === 0 ? '' : `${NO_SUCH_CLUSTER} ${unknown.join(', ')}`;
}

/** Clusters that may hold objects of it: claimed, reported, or seen there without either. */
export function holdingOf({ claimed, known, ready }: DeploymentReading): readonly string[] {
  const names = [claimed, known, ready].flatMap((each) => Object.keys(each));
  return [...new Set(names)].toSorted();
}

function sameClaim(one: Readonly<Record<string, number>>, other: Readonly<Record<string, number>>) {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}

export function reportOf(found: {
  readonly reading: DeploymentReading;
  /** Null when the spec was refused. */
  readonly plan: DeploymentPlan | null;
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
  const placed = placedCondition(reading, plan);
  const synced = syncedCondition(plan, outcomes);
  return {
    generation,
    clusterMaps:
      plan === null
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

function placedCondition(reading: DeploymentReading, plan: DeploymentPlan | null): Said {
  if (plan === null) {
    return {
      type: 'Placed',
      status: 'False',
      reason: ErrorCode.Rejected,
      message: reading.problem ?? '',
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

function syncedCondition(plan: DeploymentPlan | null, outcomes: readonly Outcome[]): Said {
  if (plan === null) {
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
