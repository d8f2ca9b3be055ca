/**
 * OpenMCPDeployment: keeps Deployments in the chosen members equal to the resource.
 *
 * A pass starts from nothing and re-reads the world, so lost, repeated, or reordered signals do no
 * harm. What is decided is claimed on the hub before a member sees it; what leaves a cluster stays
 * in the claim, as 0, until it is gone from there. Deletion is placement nowhere.
 */

import {
  continueAsNew,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { PlacementActivities, Placing } from '../activities/decisions/placement.ts';
import type { HubClusterActivities } from '../activities/hub/clusters.ts';
import type { HubDeploymentActivities } from '../activities/hub/deployments.ts';
import { ErrorCode } from '../src/api/errors.ts';
import type { ObjectRef } from '../src/api/meta.ts';
import type { Outcome } from '../src/api/outcome.ts';
import type { DeploymentPlan, Share } from '../src/api/placement.ts';
import type { DeploymentReading } from '../src/api/reading.ts';
import { PLACEMENT_QUEUE, type ResourceInput, type Standing, standing } from './contract.ts';
import { inBatches } from './lib/batches.ts';
import { type Refused, reportOf } from './lib/deployment-report.ts';
import { applyTo, prune } from './lib/deployment-visits.ts';
import { backoff, type Pass, problemOf, untilSettled, type Wake } from './lib/resource.ts';

/** Short calls to the hub, recorded as markers. Without the hub there is nothing to do but retry. */
const hub = proxyLocalActivities<
  HubDeploymentActivities & PlacementActivities & Pick<HubClusterActivities, 'oweCleanup'>
>({
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
});
/** The worker that may decide, when this one may not. It is replaced within seconds when it dies. */
const desk = proxyActivities<PlacementActivities>({
  taskQueue: PLACEMENT_QUEUE,
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '2 seconds' },
});

/** How long a deletion waits for a dead cluster before its clean-up is recorded as owed. */
const ATTEMPTS_BEFORE_DEBT = 5;

/** What one run remembers between passes. A new run starts without it and asks every cluster. */
interface Memory {
  /** Of the resource that this is about: one that was made again under the name is another. */
  uid: string;
  /** Of its spec, as the outcomes have it. */
  generation: number;
  outcomes: Readonly<Record<string, Outcome>>;
  /** Replicas by cluster, as they were last asked for there. */
  delivered: Readonly<Record<string, number>>;
  reported: string;
  standing: Standing;
}

type Placed = Exclude<Placing, { readonly kind: 'elsewhere' }>;
type Planned = Extract<Placing, { readonly kind: 'planned' }>;
type Deleting = Extract<Placing, { readonly kind: 'deleting' }>;
type Refusal = Extract<Placing, { readonly kind: 'refused' }>;

export async function deployment(input: ResourceInput): Promise<string> {
  const { ref } = input;
  const memory: Memory = {
    uid: '',
    generation: 0,
    outcomes: {},
    delivered: {},
    reported: '',
    standing: { phase: 'Starting', generation: 0, waitingFor: [] },
  };
  setHandler(standing, () => memory.standing);
  const { end, attempts } = await untilSettled(input.carry?.attempts ?? 0, (wake) =>
    reconcile(ref, memory, wake),
  );
  if (end === 'history full') await continueAsNew<typeof deployment>({ ref, carry: { attempts } });
  return end;
}

async function reconcile(ref: ObjectRef, memory: Memory, wake: Wake): Promise<Pass> {
  try {
    const placing = await place(ref);
    if (placing.kind === 'gone') return { kind: 'gone' };
    const { reading } = placing;
    const { uid, generation } = reading;
    if (uid !== memory.uid) memory.reported = '';
    if (uid !== memory.uid || generation !== memory.generation)
      Object.assign(memory, { uid, generation, outcomes: {}, delivered: {} });
    if (placing.kind === 'deleting') return await leaveAll(ref, placing, memory, wake);
    if (placing.kind === 'refused') return await refuse(ref, placing, memory);
    return await carryOut(ref, placing, memory, wake);
  } catch (error) {
    const { code, message } = problemOf(error);
    if (code !== ErrorCode.NotFound) throw error;
    // Gone, or made again under the same name while we worked: the next pass sees which, anew.
    memory.uid = '';
    return { kind: 'waiting', forMs: backoff(wake.attempts, 100, 10_000), why: message };
  }
}

/** In the worker that runs this, unless another one decides. */
async function place(ref: ObjectRef): Promise<Placed> {
  const here = await hub.placeDeployment(ref);
  if (here.kind !== 'elsewhere') return here;
  const there = await desk.placeDeployment(ref);
  if (there.kind === 'elsewhere')
    throw new Error('the placement queue answered without a decision');
  return there;
}

async function carryOut(ref: ObjectRef, found: Planned, memory: Memory, wake: Wake): Promise<Pass> {
  const { reading, plan } = found;
  await deliver(ref, found, memory, wake);
  const failed = Object.values(memory.outcomes).filter(({ code }) => code !== null);
  const owing = await vacate(ref, found, memory, wake);

  await report(ref, { reading, plan, owing }, memory);
  const waitingFor = [...failed.map(({ cluster }) => cluster), ...owing];
  const phase = waitingFor.length > 0 ? 'Converging' : 'Converged';
  tell(memory, { phase, generation: reading.generation, waitingFor });
  if (failed.length > 0) {
    return {
      kind: 'waiting',
      forMs: backoff(wake.attempts, 1_000, 60_000),
      why: 'retry failed clusters',
    };
  }
  if (owing.length > 0) {
    return {
      kind: 'waiting',
      forMs: backoff(wake.attempts, 500, 5_000),
      why: `leaving ${owing.join(', ')}`,
    };
  }
  if (plan.kind === 'unplaceable') {
    return {
      kind: 'waiting',
      forMs: backoff(wake.attempts, 2_000, 60_000),
      why: 'waiting for room',
    };
  }
  return { kind: 'settled' };
}

/** Writes to all clusters of the plan when signalled; else to those that failed or get another share. */
async function deliver(ref: ObjectRef, found: Planned, memory: Memory, wake: Wake): Promise<void> {
  const { reading, plan } = found;
  const { uid, generation, known } = reading;
  const isDue = ({ cluster, replicas }: Share) =>
    wake.signalled ||
    memory.outcomes[cluster]?.code !== null ||
    memory.delivered[cluster] !== replicas;
  const due = plan.shares.filter(isDue);
  const kept = plan.shares.flatMap((share) =>
    isDue(share) ? [] : (memory.outcomes[share.cluster] ?? []),
  );
  const fresh = await inBatches(due, (shares) =>
    applyTo({ ref, uid, generation, shares, known }, wake.attempts === 0),
  );
  memory.outcomes = Object.fromEntries(
    [...kept, ...fresh].map((outcome) => [outcome.cluster, outcome]),
  );
  memory.delivered = Object.fromEntries(
    plan.shares.map(({ cluster, replicas }) => [cluster, replicas]),
  );
}

const pruneIn = (
  clusters: readonly string[],
  { ref, uid }: { readonly ref: ObjectRef; readonly uid: string },
  wake: Wake,
): Promise<Outcome[]> =>
  inBatches(clusters, (slice) => prune(ref, uid, slice, wake.attempts === 0));

/** Cleans the clusters that leave, once the others carry the load. Returns those still to be cleaned. */
async function vacate(
  ref: ObjectRef,
  found: Planned,
  memory: Memory,
  wake: Wake,
): Promise<readonly string[]> {
  const { reading, plan } = found;
  const { leaving } = plan;
  if (leaving.length === 0) return [];
  if (!isCarried(reading, plan, memory.outcomes)) return leaving;
  const outcomes = await pruneIn(leaving, { ref, uid: reading.uid }, wake);
  const owing = outcomes.filter(({ code }) => code !== null).map(({ cluster }) => cluster);
  const claim = Object.fromEntries(
    Object.entries(plan.claim).filter(
      ([cluster, replicas]) => replicas > 0 || owing.some((name) => name === cluster),
    ),
  );
  await hub.claimDeployment(ref, reading.uid, claim);
  return owing;
}

/**
 * Whether the clusters that stay carry the load: each has what was applied rolled out and ready, or
 * cannot be reached and was ready for its share when it was seen last.
 */
function isCarried(
  { ready, readyGenerations }: DeploymentReading,
  { shares }: DeploymentPlan,
  outcomes: Memory['outcomes'],
): boolean {
  return shares.every(({ cluster, replicas }) => {
    const outcome = outcomes[cluster];
    if (outcome?.code !== null) return (ready[cluster] ?? 0) >= replicas;
    return (readyGenerations[cluster] ?? 0) >= (outcome.generation ?? Number.POSITIVE_INFINITY);
  });
}

/** Deletion: every cluster that may hold something is visited, and the resource goes last. */
async function leaveAll(
  ref: ObjectRef,
  { reading, holding }: Deleting,
  memory: Memory,
  wake: Wake,
): Promise<Pass> {
  if (!reading.held) return { kind: 'gone' };
  const { uid } = reading;
  const outcomes = await pruneIn(holding, { ref, uid }, wake);
  const failed = outcomes.filter(({ code }) => code !== null);
  const waitingFor = failed.map(({ cluster }) => cluster);
  tell(memory, { phase: 'Leaving', generation: reading.generation, waitingFor });
  if (failed.length > 0 && wake.attempts < ATTEMPTS_BEFORE_DEBT) {
    return {
      kind: 'waiting',
      forMs: backoff(wake.attempts, 1_000, 10_000),
      why: 'clean up where it failed',
    };
  }
  for (const { cluster } of failed) {
    await hub.oweCleanup(cluster, { kind: 'Deployment', ...ref, ownerUid: uid });
  }
  await hub.releaseDeployment(ref, uid);
  return { kind: 'gone' };
}

/** A spec that cannot be understood: said once, and nothing in the members is touched. */
async function refuse(
  ref: ObjectRef,
  { reading, ...refused }: Refusal,
  memory: Memory,
): Promise<Pass> {
  await report(ref, { reading, plan: refused, owing: [] }, memory);
  return { kind: 'settled' };
}

async function report(
  ref: ObjectRef,
  found: {
    readonly reading: DeploymentReading;
    readonly plan: DeploymentPlan | Refused;
    readonly owing: readonly string[];
  },
  memory: Memory,
): Promise<void> {
  const { workflowId, runId } = workflowInfo();
  const { reading, plan, owing } = found;
  const next = reportOf({
    reading,
    plan,
    vacated:
      plan.kind === 'refused' ? [] : plan.leaving.filter((cluster) => !owing.includes(cluster)),
    outcomes: memory.outcomes,
    workflow: { id: workflowId, runId },
  });
  const text = JSON.stringify(next);
  if (text === memory.reported) return;
  await hub.reportDeployment(ref, reading.uid, next);
  memory.reported = text;
}

function tell(memory: Memory, next: Standing): void {
  memory.standing = next;
  const { phase, generation, waitingFor } = next;
  const rest = waitingFor.length > 0 ? `, waiting for ${waitingFor.join(', ')}` : '';
  setCurrentDetails(`**${phase}** at generation ${generation}${rest}`);
}
