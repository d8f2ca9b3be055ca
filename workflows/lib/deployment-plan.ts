/** What a pass is to do, and what it says afterwards: plain arithmetic between two activities. */

import type { DeploymentReading, DeploymentReport } from '../../activities/hub/deployments.ts';
import { ErrorCode } from '../../src/api/errors.ts';
import { ClusterName } from '../../src/api/meta.ts';
import type { Outcome } from '../../src/api/outcome.ts';
import type { Placement, Share } from '../../src/api/placement.ts';

export interface DeploymentPlan {
  readonly kind: Placement['kind'];
  /** Why it cannot be placed; empty when it is. */
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
  const shares = (
    placement.kind === 'placed' ? placement.shares : sharesOf(reading.claimed)
  ).filter(({ replicas }) => replicas > 0);
  const targets: Record<string, number> = {};
  for (const { cluster, replicas } of shares) targets[cluster] = replicas;
  const holding = [...new Set([...Object.keys(reading.claimed), ...Object.keys(reading.known)])];
  const leaving = holding.filter((cluster) => targets[cluster] === undefined).toSorted();
  const claim = { ...targets, ...Object.fromEntries(leaving.map((cluster) => [cluster, 0])) };
  return {
    kind: placement.kind,
    message: placement.kind === 'placed' ? '' : placement.message,
    shares,
    leaving,
    claim,
    claimChanged: !sameClaim(claim, reading.claimed) || (!reading.held && shares.length > 0),
  };
}

function sharesOf(claimed: Readonly<Record<string, number>>): Share[] {
  return Object.entries(claimed).map(([cluster, replicas]) => ({
    cluster: ClusterName.parse(cluster),
    replicas,
  }));
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
  readonly workflow: { readonly id: string; readonly runId: string };
}): DeploymentReport {
  const { reading, plan, workflow } = found;
  const outcomes = Object.values(found.outcomes).toSorted((one, other) =>
    one.cluster < other.cluster ? -1 : 1,
  );
  const { generation, conditions: before } = reading;
  const placed = placedCondition(reading, plan);
  const conditions = [placed, syncedCondition(plan, outcomes)].map((condition) => ({
    ...condition,
    observedGeneration: generation,
  }));
  const told = before.find(({ type }) => type === placed.type);
  const news = told?.reason !== placed.reason || told.message !== placed.message;
  return {
    generation,
    clusterMaps:
      plan === null
        ? reading.claimed
        : Object.fromEntries(plan.shares.map(({ cluster, replicas }) => [cluster, replicas])),
    outcomes,
    conditions,
    before,
    workflow,
    event: news
      ? {
          type: placed.status === 'True' ? 'Normal' : 'Warning',
          reason: placed.reason,
          message: placed.message,
        }
      : null,
  };
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
    message: where === '' ? 'no replicas wanted' : where,
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
    message: `${outcomes.length} clusters have generation as placed`,
  };
}
