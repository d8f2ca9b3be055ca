/**
 * Joins a member: done, or undone with the reason on the OpenMCPCluster — never half.
 *
 *   check ─► namespace ─► account ─► rights ─► credentials ─► trial ─► labels ─► modules ─► mirror ─► registry ─► JOIN
 *     │          └──────────────── any failure, or a cancellation: back through all of them ─────────┘
 *     └─► UNJOIN, and why
 */

import {
  ActivityCancellationType,
  CancellationScope,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { HubClusterActivities } from '../activities/hub/clusters.ts';
import type { RegistrationActivities } from '../activities/registration/steps.ts';
import { ErrorCode } from '../src/api/errors.ts';
import {
  type ClusterReading,
  type Fitness,
  JOIN_STEPS,
  type Joining,
  STEP_TITLES,
} from '../src/api/joining.ts';
import { type ClusterInput, type Progress, progress } from './cluster-contract.ts';
import { changed } from './contract.ts';
import { problemOf } from './lib/resource.ts';
import { Saga } from './lib/saga.ts';

/** Without the hub there is nothing to do but wait. */
const hub = proxyActivities<HubClusterActivities>({
  startToCloseTimeout: '15 seconds',
  retry: { initialInterval: '300 milliseconds', maximumInterval: '10 seconds' },
});
/** A member that does not answer ends the join, not the patience of whoever waits for it. */
const check = proxyActivities<RegistrationActivities>({
  startToCloseTimeout: '20 seconds',
  retry: { maximumAttempts: 2, initialInterval: '1 second' },
});
const member = proxyActivities<RegistrationActivities>({
  startToCloseTimeout: '20 seconds',
  scheduleToCloseTimeout: '90 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '300 milliseconds', maximumInterval: '5 seconds' },
});
/** Undoing is worth more patience: what stays has to be cleaned by hand. */
const undoing = proxyActivities<RegistrationActivities>({
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '2 minutes',
  retry: { initialInterval: '300 milliseconds', maximumInterval: '5 seconds' },
});

const TOTAL = JOIN_STEPS.length + 1;

interface Refusal {
  readonly reason: string;
  readonly message: string;
}
const UNWANTED: Refusal = {
  reason: 'Cancelled',
  message: 'spec.joinStatus is not JOINING any more, or the cluster is being deleted',
};

const OWED: Refusal = {
  reason: 'OwesCleanup',
  message:
    'the clean-up of its last leave is still owed to it, which is done as soon as it answers (status.owed); join again then',
};
/** One every two seconds. */
const LOOKS_FOR_PAYMENT = 15;

export async function joinCluster(input: ClusterInput): Promise<string> {
  const told = { edited: false };
  const state: Progress = { phase: 'Joining', step: 'check', done: 0, total: TOTAL, message: '' };
  const seen = { now: state };
  setHandler(changed, () => {
    told.edited = true;
  });
  setHandler(progress, () => seen.now);

  const cluster = await hub.readCluster(input);
  if (cluster === null) return 'gone';
  if (cluster.joinStatus !== 'JOINING') return `nothing to do: ${cluster.joinStatus}`;
  const { workflowId, runId } = workflowInfo();
  const workflow = { id: workflowId, runId };
  const { ip } = cluster;
  const asked = { cluster: input.name, ip, region: cluster.region, zone: cluster.zone, by: runId };

  const tell = async (step: string, done: number): Promise<void> => {
    seen.now = { ...state, step, done };
    setCurrentDetails(`**Joining** ${input.name}: ${done} of ${TOTAL}, ${step}`);
    const joined = { status: 'Unknown', reason: 'Joining', message: step } as const;
    const join = { step, done, total: TOTAL, message: '' };
    await hub.reportCluster(input, cluster.uid, { joined, join, workflow });
  };

  const saga = new Saga();
  let refusal: Refusal;
  try {
    if (cluster.deleting) throw new Refused(UNWANTED);
    await untilPaid(input, cluster);
    await tell('looking at the cluster', 0);
    const fitness: Fitness = await check.checkMember(asked);
    if (!fitness.fit) throw new Refused(fitness);
    const joining: Joining = { ...asked, region: fitness.region, zone: fitness.zone };
    for (const [index, step] of JOIN_STEPS.entries()) {
      if (told.edited) {
        told.edited = false;
        await refuseIfUnwanted(input, cluster);
      }
      await tell(STEP_TITLES[step], index + 1);
      await saga.step(
        step,
        () => member.takeJoinStep.executeWithOptions({ summary: step }, [step, joining]),
        () => undoing.undoJoinStep.executeWithOptions({ summary: `undo ${step}` }, [step, joining]),
      );
    }
    const { version, nodes, region, zone } = fitness;
    // Cancelled half-way it would race with the report of what is undone.
    const joined = await CancellationScope.nonCancellable(() =>
      hub.finishJoin(input, cluster.uid, { version, nodes, region, zone, workflow }),
    );
    if (!joined) throw new Refused(UNWANTED);
    seen.now = { ...state, phase: 'Joined', step: '', done: TOTAL };
    return 'done';
  } catch (error) {
    refusal = refusalOf(error);
  }
  seen.now = { ...seen.now, phase: 'Undoing', message: refusal.message };
  setCurrentDetails(`**Undoing** the join of ${input.name}: ${refusal.message}`);
  const stayed = await saga.undo();
  const { reason } = refusal;
  const message = toldOf(refusal, stayed);
  await tellIfThere(() => hub.failJoin(input, cluster.uid, { reason, message, stayed, workflow }));
  return stayed.length > 0 ? `undone-except: ${stayed.join('; ')}` : `undone: ${reason}`;
}

function toldOf({ message }: Refusal, stayed: readonly string[]): string {
  const rest = stayed.length > 0 ? ` Could not be undone: ${stayed.join('; ')}.` : '';
  return `${message.replace(/\.$/, '')}.${rest}`;
}

/** Carries the reason from the check to the one place that undoes and reports. */
class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refused) return error.refusal;
  if (isCancellation(error)) {
    return {
      reason: 'Cancelled',
      message: 'the join was cancelled; set spec.joinStatus to JOINING to try again',
    };
  }
  const { code, message } = problemOf(error);
  if (code === null && !(error instanceof Error && error.cause !== undefined)) throw error;
  return { reason: code === 'Unavailable' ? 'Unreachable' : (code ?? 'Failed'), message };
}

/** What is still owed from a former leave is cleaned first: else it would take what this join makes. */
async function untilPaid(input: ClusterInput, cluster: ClusterReading): Promise<void> {
  let now: ClusterReading | null = cluster;
  for (let looks = 0; now?.owed.some(({ kind }) => kind === 'Member') === true; looks += 1) {
    if (looks === LOOKS_FOR_PAYMENT) throw new Refused(OWED);
    await sleep('2 seconds');
    await refuseIfUnwanted(input, cluster);
    now = await hub.readCluster(input);
  }
}

async function refuseIfUnwanted(input: ClusterInput, cluster: ClusterReading): Promise<void> {
  const now = await hub.readCluster(input);
  if (now !== null && now.uid === cluster.uid && !now.deleting && now.joinStatus === 'JOINING')
    return;
  throw new Refused(UNWANTED);
}

/** Also while the workflow is being cancelled; a cluster that is gone has nobody to be told. */
async function tellIfThere(tell: () => Promise<void>): Promise<void> {
  try {
    await CancellationScope.nonCancellable(tell);
  } catch (error) {
    if (problemOf(error).code !== ErrorCode.NotFound) throw error;
  }
}
