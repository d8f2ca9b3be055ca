/**
 * Lets a member leave: its workloads first, then what the join made, then its place in the registry.
 *
 * A member that cannot be reached is waited for, or with `spec.force` left as it is: what is owed to
 * it is written down and paid when it returns (pay-debt.ts).
 */

import {
  CancellationScope,
  condition,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { HubClusterActivities } from '../activities/hub/clusters.ts';
import type { OwnedActivities } from '../activities/member-cluster/owned.ts';
import type { RegistrationActivities } from '../activities/registration/steps.ts';
import {
  type ClusterReading,
  JOIN_STEPS,
  type Joining,
  type JoinStep,
  MEMBER_STEPS,
} from '../src/api/joining.ts';
import { type ClusterInput, type Progress, progress } from './cluster-contract.ts';
import { changed } from './contract.ts';
import { backoff, problemOf } from './lib/resource.ts';

const hub = proxyActivities<HubClusterActivities>({
  startToCloseTimeout: '15 seconds',
  retry: { initialInterval: '300 milliseconds', maximumInterval: '10 seconds' },
});
/** On the hub and in the registry: past the member, there is no way back, so these are waited for. */
const place = proxyActivities<RegistrationActivities>({
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '300 milliseconds', maximumInterval: '10 seconds' },
});
/** Bounded, so that a dead member is noticed and told rather than waited for in silence. */
const member = proxyActivities<RegistrationActivities & OwnedActivities>({
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '45 seconds',
  retry: { initialInterval: '300 milliseconds', maximumInterval: '5 seconds', maximumAttempts: 8 },
});

const TOTAL = JOIN_STEPS.length + 1;

interface Leaving {
  readonly input: ClusterInput;
  readonly told: { edited: boolean };
  readonly tell: (cluster: ClusterReading, step: string, done: number) => Promise<void>;
}

export async function unjoinCluster(input: ClusterInput): Promise<string> {
  const told = { edited: false };
  const seen: { now: Progress } = {
    now: { phase: 'Leaving', step: '', done: 0, total: TOTAL, message: '' },
  };
  setHandler(changed, () => {
    told.edited = true;
  });
  setHandler(progress, () => seen.now);
  const { workflowId, runId } = workflowInfo();
  const workflow = { id: workflowId, runId };
  const tell = async (cluster: ClusterReading, step: string, done: number): Promise<void> => {
    seen.now = { ...seen.now, step, done };
    setCurrentDetails(`**Leaving** ${input.name}: ${step}`);
    await hub.reportCluster(input, cluster.uid, {
      joined: { status: 'True', reason: 'Leaving', message: step },
      join: { step, done, total: TOTAL, message: '' },
      workflow,
    });
  };
  const leaving: Leaving = { input, told, tell };

  const found = await hub.readCluster(input);
  if (found === null) return 'gone';
  if (!isWanted(found)) return `nothing to do: ${found.joinStatus}`;
  const stay = async (why: string): Promise<string> => {
    await hub.stayJoined(input, found.uid, { why, workflow });
    return 'stayed';
  };
  let free: Awaited<ReturnType<typeof untilFree>>;
  try {
    free = await untilFree(leaving, found);
  } catch (error) {
    // Nothing is undone yet. A deletion cannot be called off: it is told again.
    if (!isCancellation(error) || found.deleting) throw error;
    return CancellationScope.nonCancellable(() => stay('the leave was cancelled'));
  }
  if (free === 'gone') return 'gone';
  if (free === 'stays') return stay(CALLED_OFF);
  const from = free;
  // Half a leave would be neither: from here on it is carried to its end.
  return CancellationScope.nonCancellable(async () => {
    const cleaned = await cleanMember(leaving, from);
    if (cleaned === 'stays') return stay(CALLED_OFF);
    const owed = cleaned === 'owed';
    const joining = joiningOf(input, from);
    const steps = JOIN_STEPS.filter((step) => !MEMBER_STEPS.includes(step)).toReversed();
    for (const step of steps) {
      // A member that is owed something is probed with its credentials until it returns.
      if (step === 'credentials' && owed) continue;
      await tell(from, `undoing ${step}`, TOTAL - 1);
      await place.undoJoinStep.executeWithOptions({ summary: `undo ${step}` }, [step, joining]);
    }
    await hub.finishUnjoin(input, from.uid, { owed, workflow });
    return owed ? 'done, the member is owed its clean-up' : 'done';
  });
}

const CALLED_OFF = 'spec.joinStatus is JOIN again';

/** A deletion in the middle of a join is the join's to carry out: it goes back what it has gone. */
function isWanted(cluster: ClusterReading): boolean {
  return cluster.joinStatus === 'UNJOINING' || (cluster.deleting && cluster.joinStatus === 'JOIN');
}

function joiningOf({ name }: ClusterInput, { ip, region, zone }: ClusterReading): Joining {
  return { cluster: name, ip, region, zone, by: null };
}

/** Waits until no workload needs the cluster, unless it shall stay after all. */
async function untilFree(
  leaving: Leaving,
  first: ClusterReading,
): Promise<ClusterReading | 'stays' | 'gone'> {
  const { input, told, tell } = leaving;
  let cluster = first;
  for (let looks = 0; ; looks += 1) {
    if (cluster.unjoinPolicy === 'Remove') return cluster;
    const staying = await hub.listWorkloadsOn(input.name, !cluster.force);
    if (staying.count === 0) return cluster;
    await tell(
      cluster,
      `waiting until ${staying.count} workloads run elsewhere (${staying.names.join(', ')}); their conditions Placed and Ready say what they wait for. spec.unjoinPolicy: Remove does not wait`,
      0,
    );
    await condition(() => told.edited, backoff(looks, 1_000, 15_000));
    // Cleared before reading: an edit meanwhile causes another look.
    told.edited = false;
    const now = await hub.readCluster(input);
    if (now === null || now.uid !== first.uid) return 'gone';
    if (!isWanted(now)) return 'stays';
    cluster = now;
  }
}

/** Takes from the member all that is ours; or it is owed that, or stays before anything is undone. */
async function cleanMember(
  leaving: Leaving,
  first: ClusterReading,
): Promise<'clean' | 'owed' | 'stays'> {
  const { input, told, tell } = leaving;
  const begun = { undoing: false };
  let cluster = first;
  for (let tries = 0; ; tries += 1) {
    told.edited = false;
    try {
      await undoInMember(leaving, cluster, begun);
      return 'clean';
    } catch (error) {
      const { message } = problemOf(error);
      cluster = (await hub.readCluster(input)) ?? cluster;
      if (!begun.undoing && !isWanted(cluster)) return 'stays';
      if (cluster.force) {
        await hub.oweCleanup(input.name, { kind: 'Member', ...input, ownerUid: cluster.uid });
        return 'owed';
      }
      await tell(
        cluster,
        `${message}; waiting for it, set spec.force to true to leave without it`,
        1,
      );
      await condition(() => told.edited, backoff(tries, 2_000, 60_000));
    }
  }
}

async function undoInMember(
  { input, tell }: Leaving,
  cluster: ClusterReading,
  begun: { undoing: boolean },
): Promise<void> {
  const joining = joiningOf(input, cluster);
  await tell(cluster, 'removing our workloads', 1);
  await member.removeOwned(joining);
  for (const step of memberStepsBackwards()) {
    await tell(cluster, `undoing ${step}`, 2);
    begun.undoing = true;
    await member.undoJoinStep.executeWithOptions({ summary: `undo ${step}` }, [step, joining]);
    // What was on its way to the member came before its rights went: none can come after.
    if (step === 'rights') await member.removeOwned(joining);
  }
}

function memberStepsBackwards(): JoinStep[] {
  return JOIN_STEPS.filter((step) => MEMBER_STEPS.includes(step)).toReversed();
}
