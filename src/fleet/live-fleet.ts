/**
 * The fleet as the worker follows it: what is free, what is promised, who can be reached.
 *
 * Decisions are taken from memory; only the one worker that holds the Lease takes them, so a
 * promise made for one deployment is seen by the next.
 */

import { codeOf, ErrorCode, OpenMcpError } from '../api/errors.ts';
import type { ClusterView, SchedulingAlgorithm } from '../api/fleet.ts';
import { ClusterName, type ObjectRef } from '../api/meta.ts';
import type { Placement, Share } from '../api/placement.ts';
import { schedulingAlgorithm } from '../api/policy.ts';
import type { Workload } from '../api/workload.ts';
import type { KubeClient, KubeObject } from '../kubernetes/client.ts';
import { reflect } from '../kubernetes/reflector.ts';
import { OPENMCP_DEPLOYMENTS, OPENMCP_POLICY_ENGINES } from '../kubernetes/resources.ts';
import { createLedger } from '../scheduler/ledger.ts';
import { place } from '../scheduler/place.ts';
import { workloadOf } from '../scheduler/requirements.ts';
import { type Capacity, watchCapacity } from './capacity.ts';
import { clusterFacts } from './cluster-view.ts';
import { hasReturned, type Membership, membershipOf } from './member-state.ts';
import { type MemberWatch, watchMembers } from './members.ts';

/** How long decisions wait for members that are being counted; then those get nothing new instead. */
const COUNTING_MS = 10_000;

export interface Fleet {
  readonly synced: Promise<void>;
  readonly members: {
    client(cluster: string): KubeClient | null;
    healthy(cluster: string): boolean;
    scaledByHpa(cluster: string, ref: ObjectRef): boolean | null;
    membership(cluster: string): Membership;
  };
  readonly desk: { readonly deciding: boolean; decide(workload: Workload): Placement };
  stop(): Promise<void>;
}

export function watchFleet(options: {
  readonly hub: KubeClient;
  /** This worker holds the Lease. */
  readonly leading: () => boolean;
  readonly onError: (error: unknown) => void;
}): Fleet {
  const { hub, leading, onError } = options;
  const ledger = createLedger();
  const capacity = watchCapacity({ ledger, onError });
  const members = watchMembers({
    hub,
    onError,
    listener: {
      onMember: (member) => capacity.add(member),
      onMemberGone: (name) => capacity.remove(name),
      onState: (name, now, before) => {
        if (now === null) ledger.removeCluster(name);
        else ledger.setCluster(name, clusterFacts(now.object));
        // Its watches may not have noticed yet that it is back: what they know is from before.
        const member = members.member(name);
        if (hasReturned(now, before) && member !== null) capacity.add(member);
      },
    },
  });
  const promises = followPromises({ hub, ledger, leading, onError });
  const algorithm = followAlgorithm(hub, onError);
  let ready = false;
  const synced = Promise.all([members.synced, promises.synced, algorithm.synced]).then(() => {
    ready = true;
  });
  synced.catch(() => {});
  const counting = countingOf(members, capacity);

  return {
    synced,
    members: {
      client: (cluster) => members.client(cluster),
      healthy: (cluster) => members.state(cluster)?.healthy ?? false,
      scaledByHpa: (cluster, ref) => capacity.scaledByHpa(cluster, ref),
      membership: (cluster) => membershipOf(members.state(cluster)),
    },
    desk: {
      get deciding() {
        return ready && leading();
      },
      decide(workload) {
        counting.check(workload);
        const views = ledger.viewFor(workload.uid, workload.requests);
        const placement = place(
          workload,
          views.map((view) => counting.marked(view)),
          algorithm.now(),
        );
        if (placement.kind === 'placed') promises.decided(workload, placement.shares);
        return placement;
      },
    },
    async stop() {
      await Promise.all([members.stop(), capacity.stop(), promises.stop(), algorithm.stop()]);
    },
  };
}

/** What is to be done about members whose nodes and pods are not counted yet. */
function countingOf(members: MemberWatch, capacity: Capacity) {
  const since = new Map<string, number>();
  return {
    /** Refuses for a while, so that a restart does not place everything where the list came first. */
    check({ name: workload }: Workload): void {
      for (const { name, joinStatus, healthy } of members.states()) {
        if (joinStatus !== 'JOIN' || !healthy || capacity.synced(name)) {
          since.delete(name);
          continue;
        }
        const begun = since.get(name) ?? Date.now();
        since.set(name, begun);
        if (members.client(name) === null || Date.now() - begun > COUNTING_MS) continue;
        throw new OpenMcpError(
          ErrorCode.NotYet,
          `cannot place ${workload}: still counting what is free in ${name}`,
        );
      }
    },
    /** One that cannot be counted keeps what it has, and gets no more. */
    marked(view: ClusterView): ClusterView {
      if (!view.joined || !view.healthy || capacity.synced(view.name)) return view;
      return { ...view, healthy: false, reason: 'what is free in it is not known yet' };
    },
  };
}

/** Promises of resources that this worker did not decide itself come from their annotation. */
function followPromises(options: {
  readonly hub: KubeClient;
  readonly ledger: ReturnType<typeof createLedger>;
  readonly leading: () => boolean;
  readonly onError: (error: unknown) => void;
}) {
  const { hub, ledger, leading, onError } = options;
  /** Here the ledger is ahead of the hub: what the watch brings may be older than the decision. */
  const own = new Set<string>();
  const reflector = reflect<{ uid: string; workload: Workload | null }>({
    client: hub,
    resource: OPENMCP_DEPLOYMENTS,
    digest: (object) => ({ uid: object.metadata.uid ?? '', workload: parsed(object) }),
    onChange: ({ type, object: { uid, workload } }) => {
      if (!leading()) own.clear();
      if (type === 'deleted') {
        own.delete(uid);
        ledger.release(uid);
      } else if (workload !== null && !own.has(uid)) {
        ledger.promise(uid, workload, sharesOf(workload));
      }
    },
    onError,
  });
  return {
    synced: reflector.synced,
    decided(workload: Workload, shares: readonly Share[]): void {
      own.add(workload.uid);
      ledger.promise(workload.uid, workload, shares);
    },
    stop: () => reflector.stop(),
  };
}

function parsed(object: KubeObject): Workload | null {
  try {
    return workloadOf(object);
  } catch (error) {
    // A spec that cannot be understood is told on the resource by its workflow; it holds no room.
    if (codeOf(error) === ErrorCode.Rejected) return null;
    throw error;
  }
}

function sharesOf({ current }: Workload): Share[] {
  return Object.entries(current).flatMap(([name, replicas]) =>
    replicas > 0 ? [{ cluster: ClusterName.parse(name), replicas }] : [],
  );
}

function followAlgorithm(hub: KubeClient, onError: (error: unknown) => void) {
  let current: SchedulingAlgorithm = 'OpenMCP';
  const reflector = reflect<SchedulingAlgorithm>({
    client: hub,
    resource: OPENMCP_POLICY_ENGINES,
    fieldSelector: 'metadata.name=scheduling-policy',
    digest: schedulingAlgorithm,
    onChange: ({ type, object }) => {
      current = type === 'deleted' ? 'OpenMCP' : object;
    },
    onError,
  });
  return { synced: reflector.synced, now: () => current, stop: () => reflector.stop() };
}
