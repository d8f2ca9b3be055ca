/**
 * Follows OpenMCPDeployments on the hub and their children in the members: starts a workflow where
 * something is to be done, and keeps the numbers in the status true without one.
 */

import type { Logger } from 'pino';
import { codeOf, ErrorCode } from '../api/errors.ts';
import { API_VERSION, type ObjectRef } from '../api/meta.ts';
import type { MemberState } from '../fleet/member-state.ts';
import type { Member } from '../fleet/members.ts';
import type { KubeClient } from '../kubernetes/client.ts';
import { workQueue } from '../kubernetes/queue.ts';
import { reflect } from '../kubernetes/reflector.ts';
import { OPENMCP_DEPLOYMENTS } from '../kubernetes/resources.ts';
import {
  type DeploymentDigest,
  deploymentDigest,
  reasonToWake,
  settled,
} from './deployment-digest.ts';
import { drift, shown, sum } from './deployment-status.ts';
import { watchMemberDeployments } from './member-deployments.ts';
import type { Starter } from './starter.ts';

const DRIVER = { kind: OPENMCP_DEPLOYMENTS.kind, workflow: 'deployment' };
const STATUS_MANAGER = 'openmcp-status';
/** Changes within this time make one write; people see the sum within two seconds. */
const STATUS_DELAY_MS = 300;
/** What looks like drift may be our own write under way: looked at once more after this. */
const DRIFT_DELAY_MS = 1_000;
/** How many of those waiting for room are woken at once; the rest follow. */
const ROOM_BATCH = 50;
const ROOM_DELAY_MS = 1_000;

export interface DeploymentWatch {
  readonly synced: Promise<void>;
  onMember(member: Member): void;
  onMemberGone(cluster: string): void;
  onState(now: MemberState | null, before: MemberState | null): void;
  /** Room may have appeared: those that fit nowhere look again. */
  onRoom(reason: string): void;
  stop(): Promise<void>;
}

export function watchDeployments(options: {
  readonly hub: KubeClient;
  readonly starter: Starter;
  readonly log: Logger;
}): DeploymentWatch {
  const { hub, starter, log } = options;
  const onError = (error: unknown) => log.warn({ error: message(error) }, 'Watching deployments');

  const wakes = workQueue<string>({
    concurrency: 40,
    handle: (key, reason) => starter.wake(DRIVER, refOf(key), { reason }),
    onError,
  });
  const statuses = workQueue<'count' | 'second look'>({
    concurrency: 20,
    handle: refreshStatus,
    onError,
  });
  const children = watchMemberDeployments({
    onChange: (owner) => statuses.add(keyOf(owner), 'count', STATUS_DELAY_MS),
    onError,
  });
  const hubWatch = reflect<DeploymentDigest>({
    client: hub,
    resource: OPENMCP_DEPLOYMENTS,
    digest: deploymentDigest,
    onChange: ({ type, key, object, before }) => {
      if (type === 'deleted') return onRoom('a deployment is gone');
      const reason = reasonToWake(object, before);
      if (reason !== null) wakes.add(key, reason);
      // Its own children tell when they move; a new report may have to be compared with them.
      if (
        before?.observedGeneration !== object.observedGeneration ||
        before.synced !== object.synced
      ) {
        statuses.add(key, 'count', STATUS_DELAY_MS);
      }
    },
    onError,
  });

  async function refreshStatus(key: string, look: 'count' | 'second look'): Promise<void> {
    const digest = hubWatch.store.get(key);
    if (digest === undefined || digest.deleting) return;
    const seen = children.clusters().flatMap((cluster) => {
      const child = children.child(cluster, digest.ref);
      return child?.ownerUid === digest.uid ? [{ cluster, child }] : [];
    });
    const next = sum(digest, seen);
    if (!shown(digest, next)) await writeStatus(hub, digest, next);
    if (!settled(digest)) return;
    const reason = drift(digest, (cluster) => ({
      synced: children.synced(cluster),
      child: children.child(cluster, digest.ref),
    }));
    if (reason === null) return;
    if (look === 'second look') wakes.add(key, reason);
    else statuses.add(key, 'second look', DRIFT_DELAY_MS);
  }

  const room = workQueue<string>({
    concurrency: 1,
    handle: async (_, reason) => {
      const waiting = [...hubWatch.store].filter(
        ([, { placedReason }]) => placedReason === 'Unplaceable',
      );
      for (const [key] of waiting.slice(0, ROOM_BATCH)) wakes.add(key, reason);
    },
    onError,
  });
  function onRoom(reason: string): void {
    room.add('waiting for room', reason, ROOM_DELAY_MS);
  }

  /** Those that are owed something by `cluster`, or shall leave it. */
  function wakeOn(
    cluster: string,
    concerns: (digest: DeploymentDigest) => boolean,
    reason: string,
  ): void {
    for (const [key, digest] of hubWatch.store) {
      if (concerns(digest)) wakes.add(key, `${reason}: ${cluster}`);
    }
  }

  return {
    synced: hubWatch.synced,
    onMember: (member) => children.add(member),
    onMemberGone: (cluster) => children.remove(cluster),
    onState(now, before) {
      const name = now?.name ?? before?.name;
      if (name === undefined) return;
      const usable = now?.joinStatus === 'JOIN' && now.healthy;
      const wasUsable = before?.joinStatus === 'JOIN' && before.healthy;
      if (usable && !wasUsable) {
        wakeOn(name, (digest) => failedOn(digest, name), 'the cluster is back');
        onRoom(`${name} can take replicas`);
      }
      if (before?.joinStatus === 'JOIN' && now?.joinStatus !== 'JOIN') {
        wakeOn(name, ({ clusterMaps }) => (clusterMaps[name] ?? 0) > 0, 'the cluster is leaving');
      }
    },
    onRoom,
    async stop() {
      await Promise.all([
        hubWatch.stop(),
        children.stop(),
        wakes.stop(),
        statuses.stop(),
        room.stop(),
      ]);
    },
  };
}

function failedOn(digest: DeploymentDigest, cluster: string): boolean {
  return digest.clusters.some(
    ({ name, outcome }) => name === cluster && outcome !== null && outcome !== 'Synced',
  );
}

async function writeStatus(
  hub: KubeClient,
  digest: DeploymentDigest,
  next: ReturnType<typeof sum>,
): Promise<void> {
  const { ready, replicas, readyReplicas, clusters } = next;
  const since =
    digest.ready?.status === ready.status ? digest.ready.since : new Date().toISOString();
  const condition = {
    type: 'Ready',
    ...ready,
    observedGeneration: digest.generation,
    lastTransitionTime: since,
  };
  const resource = {
    apiVersion: API_VERSION,
    kind: OPENMCP_DEPLOYMENTS.kind,
    metadata: { ...digest.ref, uid: digest.uid },
    status: { replicas, readyReplicas, clusters, conditions: [condition] },
  };
  try {
    await hub.apply(OPENMCP_DEPLOYMENTS, resource, {
      fieldManager: STATUS_MANAGER,
      force: true,
      subresource: 'status',
    });
  } catch (error) {
    // Gone, or another one by now: its own events bring it here again.
    const code = codeOf(error);
    if (code !== ErrorCode.NotFound && code !== ErrorCode.Conflict) throw error;
  }
}

function keyOf({ namespace, name }: ObjectRef): string {
  return `${namespace}/${name}`;
}

function refOf(key: string): ObjectRef {
  const [namespace = '', name = ''] = key.split('/');
  return { namespace, name };
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
