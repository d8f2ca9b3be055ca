/** From a placement to what a pass does about it: plain arithmetic. */

import { type DeploymentPlan, NO_SUCH_CLUSTER, type Placement } from '../../src/api/placement.ts';
import type { DeploymentReading } from '../../src/api/reading.ts';

/** A workload that fits nowhere keeps what it has: nothing is taken from users because room is short. */
export function planOf(reading: DeploymentReading, placement: Placement): DeploymentPlan {
  const decided = placement.kind === 'placed' ? placement.shares : placement.kept;
  const shares = decided.filter(({ replicas }) => replicas > 0);
  const targets: Record<string, number> = {};
  for (const { cluster, replicas } of shares) targets[cluster] = replicas;
  const leaving = holdingOf(reading).filter((cluster) => targets[cluster] === undefined);
  return {
    kind: placement.kind,
    message: placement.kind === 'placed' ? amissIn(placement.unknown ?? []) : placement.message,
    shares,
    leaving,
    claim: { ...targets, ...Object.fromEntries(leaving.map((cluster) => [cluster, 0])) },
  };
}

/** Whether the hub holds that claim already, with our finalizer if there is anything to hold. */
export function isClaimed({ claim, shares }: DeploymentPlan, reading: DeploymentReading): boolean {
  const keys = Object.keys(claim);
  const same =
    keys.length === Object.keys(reading.claimed).length &&
    keys.every((key) => claim[key] === reading.claimed[key]);
  return same && (reading.held || shares.length === 0);
}

function amissIn(unknown: readonly string[]): string {
  return unknown.length === 0 ? '' : `${NO_SUCH_CLUSTER} ${unknown.join(', ')}`;
}

/** Clusters that may hold objects of it: claimed, reported, or seen there without either. */
export function holdingOf({ claimed, known, ready }: DeploymentReading): readonly string[] {
  const names = [claimed, known, ready].flatMap((each) => Object.keys(each));
  return [...new Set(names)].toSorted();
}
