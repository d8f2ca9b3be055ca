/** Visits of an OpenMCPDeployment to members: at once where possible, as tasks of their own where not. */

import {
  ActivityCancellationType,
  ActivityFailure,
  proxyActivities,
  proxyLocalActivities,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { MemberDeploymentActivities } from '../../activities/member-cluster/deployments.ts';
import type { ObjectRef } from '../../src/api/meta.ts';
import type { Delivery, Outcome } from '../../src/api/outcome.ts';

/**
 * The first visit to the members goes with the decision, without a task of its own: nearly all
 * succeed, and a task costs more than the visit. What failed, or takes long, gets tasks.
 */
const atOnce = proxyLocalActivities<MemberDeploymentActivities>({
  startToCloseTimeout: '6 seconds',
  retry: { maximumAttempts: 1 },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});
/** Bounded inside, cluster by cluster: a dead one is an outcome. These bounds are for a dead worker. */
const members = proxyActivities<MemberDeploymentActivities>({
  startToCloseTimeout: '30 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
});

/** `first`: nothing has failed yet, so that it may be tried without a task. */
export function applyTo(delivery: Delivery, first: boolean): Promise<Outcome[]> {
  const summary = delivery.shares
    .map(({ cluster, replicas }) => `${cluster}: ${replicas}`)
    .join(', ');
  return visit(first, {
    atOnce: () => atOnce.applyDeployments(delivery),
    asTask: () => members.applyDeployments.executeWithOptions({ summary }, [delivery]),
  });
}

export function prune(
  ref: ObjectRef,
  uid: string,
  clusters: readonly string[],
  first: boolean,
): Promise<Outcome[]> {
  return visit(first, {
    atOnce: () => atOnce.pruneDeployments(ref, uid, clusters),
    asTask: () => members.pruneDeployments(ref, uid, clusters),
  });
}

/** A visit to members is idempotent, so one whose end was not seen is made again as a task. */
async function visit(
  first: boolean,
  by: { readonly atOnce: () => Promise<Outcome[]>; readonly asTask: () => Promise<Outcome[]> },
): Promise<Outcome[]> {
  if (!first) return by.asTask();
  try {
    return await by.atOnce();
  } catch (error) {
    if (!(error instanceof ActivityFailure && error.cause instanceof TimeoutFailure)) throw error;
    return by.asTask();
  }
}
