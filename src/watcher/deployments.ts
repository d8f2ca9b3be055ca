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
import { type WorkQueue, workQueue } from '../kubernetes/queue.ts';
import { type Change, type Reflector, reflect } from '../kubernetes/reflector.ts';
import { OPENMCP_DEPLOYMENTS } from '../kubernetes/resources.ts';
import {
  type DeploymentDigest,
  deploymentDigest,
  reasonToWake,
  settled,
} from './deployment-digest.ts';
import { drift, shown, sum } from './deployment-status.ts';
import { DRIVEN } from './kinds.ts';
import { type MemberDeployments, watchMemberDeployments } from './member-deployments.ts';
import type { Starter } from './starter.ts';

/** What looks like drift gets a second look before a workflow is started for it. */
type Look = 'count' | 'second look';

const STATUS_MANAGER = 'openmcp-status';
/** Changes within this time make one write; people see the sum within two seconds. */
const STATUS_DELAY_MS = 300;
/** What looks like drift may be our own write under way: looked at once more after this. */
const DRIFT_DELAY_MS = 1_000;
/** How many of those waiting for room are woken at once; the rest follow. */
const ROOM_BATCH = 50;
const ROOM_DELAY_MS = 1_000;

export class DeploymentWatch {
  readonly #hub: KubeClient;
  readonly #wakes: WorkQueue<string>;
  readonly #statuses: WorkQueue<Look>;
  readonly #room: WorkQueue<string>;
  readonly #children: MemberDeployments;
  readonly #hubWatch: Reflector<DeploymentDigest>;

  constructor({ hub, starter, log }: { hub: KubeClient; starter: Starter; log: Logger }) {
    const onError = (error: unknown) => log.warn({ error: textOf(error) }, 'Watching deployments');
    this.#hub = hub;
    this.#wakes = workQueue<string>({
      concurrency: 40,
      handle: (key, reason) => starter.wake(DRIVEN.deployments, refOf(key), { reason }),
      onError,
    });
    this.#statuses = workQueue<Look>({
      concurrency: 20,
      handle: (key, look) => this.#refresh(key, look),
      onError,
    });
    this.#room = workQueue<string>({
      concurrency: 1,
      handle: async (_, reason) => this.#wakeWaiting(reason),
      onError,
    });
    this.#children = watchMemberDeployments({
      onChange: (owner) => this.#statuses.add(keyOf(owner), 'count', STATUS_DELAY_MS),
      onError,
    });
    this.#hubWatch = reflect<DeploymentDigest>({
      client: hub,
      resource: OPENMCP_DEPLOYMENTS,
      digest: deploymentDigest,
      onChange: (change) => this.#onChange(change),
      onError,
    });
  }

  get synced(): Promise<void> {
    return this.#hubWatch.synced;
  }

  onMember(member: Member): void {
    this.#children.add(member);
  }

  onMemberGone(cluster: string): void {
    this.#children.remove(cluster);
  }

  onState(name: string, now: MemberState | null, before: MemberState | null): void {
    if (isUsable(now) && !isUsable(before)) {
      this.#wakeWhere((digest) => failedOn(digest, name), `${name} is back`);
      this.onRoom(`${name} can take replicas`);
    }
    if (before?.joinStatus === 'JOIN' && now?.joinStatus !== 'JOIN') {
      this.#wakeWhere(({ clusterMaps }) => (clusterMaps[name] ?? 0) > 0, `${name} is leaving`);
    }
  }

  /** Room may have appeared: those that fit nowhere look again. */
  onRoom(reason: string): void {
    this.#room.add('waiting for room', reason, ROOM_DELAY_MS);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#hubWatch.stop(), this.#children.stop()]);
    await Promise.all([this.#wakes.stop(), this.#statuses.stop(), this.#room.stop()]);
  }

  #onChange({ type, key, object, before }: Change<DeploymentDigest>): void {
    if (type === 'deleted') return this.onRoom('a deployment is gone');
    const reason = reasonToWake(object, before);
    if (reason !== null) this.#wakes.add(key, reason);
    // Its own children tell when they move; a new report has to be compared with them.
    if (
      before?.observedGeneration !== object.observedGeneration ||
      before.synced !== object.synced
    ) {
      this.#statuses.add(key, 'count', STATUS_DELAY_MS);
    }
  }

  async #refresh(key: string, look: Look): Promise<void> {
    const digest = this.#hubWatch.store.get(key);
    if (digest === undefined || digest.deleting) return;
    const seen = this.#children.clusters().flatMap((cluster) => {
      const child = this.#children.child(cluster, digest.ref);
      return child?.ownerUid === digest.uid ? [{ cluster, child }] : [];
    });
    const next = sum(digest, seen);
    if (!shown(digest, next)) await writeStatus(this.#hub, digest, next);
    if (!settled(digest)) return;
    const reason = drift(digest, (cluster) => ({
      synced: this.#children.synced(cluster),
      child: this.#children.child(cluster, digest.ref),
    }));
    if (reason === null) return;
    if (look === 'second look') this.#wakes.add(key, reason);
    else this.#statuses.add(key, 'second look', DRIFT_DELAY_MS);
  }

  #wakeWaiting(reason: string): void {
    const waiting = [...this.#hubWatch.store].filter(
      ([, { placedReason }]) => placedReason === 'Unplaceable',
    );
    for (const [key] of waiting.slice(0, ROOM_BATCH)) this.#wakes.add(key, reason);
  }

  #wakeWhere(concerned: (digest: DeploymentDigest) => boolean, reason: string): void {
    for (const [key, digest] of this.#hubWatch.store) {
      if (concerned(digest)) this.#wakes.add(key, reason);
    }
  }
}

/** Joined, and the last probe reached it. */
function isUsable(state: MemberState | null): boolean {
  return state !== null && state.joinStatus === 'JOIN' && state.healthy;
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

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
