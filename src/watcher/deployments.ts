/** Follows OpenMCPDeployments on the hub, and starts a workflow where something is to be done. */

import type { Logger } from 'pino';
import type { ObjectRef } from '../api/meta.ts';
import { type MemberState, type Membership, membershipOf } from '../fleet/member-state.ts';
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
import { DRIVEN } from './kinds.ts';
import { nextTurn } from './next-turn.ts';
import type { Starter } from './starter.ts';
import { StatusKeeper } from './status-keeper.ts';

/** How many of those waiting for room are woken at once; the others follow, each its turn. */
const ROOM_BATCH = 50;
const ROOM_DELAY_MS = 1_000;
/** What is unsettled has a workflow that works on it, unless someone ended that: so it is told again. */
const SWEEP_MS = 60_000;
const SWEEP_BATCH = 50;

export interface DeploymentWatchOptions {
  readonly hub: KubeClient;
  readonly starter: Starter;
  readonly members: {
    /** The members are known. */
    readonly synced: () => Promise<void>;
    readonly membership: (cluster: string) => Membership;
  };
  readonly log: Logger;
}

const TOLD_MEMBERSHIP: Readonly<Record<Membership, (cluster: string) => string>> = {
  member: (cluster) => `${cluster} is a member`,
  leaving: (cluster) => `${cluster} is leaving`,
  none: (cluster) => `${cluster} is no member`,
};

/** How far the round through those that wait for room is. */
interface Round {
  readonly reason: string;
  readonly woken: number;
}

export class DeploymentWatch {
  readonly #options: DeploymentWatchOptions;
  readonly #wakes: WorkQueue<string>;
  readonly #room: WorkQueue<Round>;
  readonly #status: StatusKeeper;
  readonly #hubWatch: Reflector<DeploymentDigest>;
  readonly #sweep: NodeJS.Timeout;
  /** Whose turn was last, of those that wait for room and of those that are swept. */
  readonly #last = { room: '', sweep: '' };

  constructor(options: DeploymentWatchOptions) {
    const { hub, starter, log, members } = options;
    const onError = (error: unknown) => log.warn({ error: textOf(error) }, 'Watching deployments');
    this.#options = options;
    this.#wakes = workQueue<string>({
      concurrency: 40,
      handle: (key, reason) => starter.wake(DRIVEN.deployments, refOf(key), { reason }),
      onError,
    });
    this.#room = workQueue<Round>({
      concurrency: 1,
      handle: async (_, round) => this.#wakeWaiting(round),
      onError,
    });
    this.#status = new StatusKeeper({
      hub,
      resources: () => this.#hubWatch.store,
      ready: members.synced,
      onDrift: (key, reason) => this.#wakes.add(key, reason),
      onError,
    });
    this.#hubWatch = reflect<DeploymentDigest>({
      client: hub,
      resource: OPENMCP_DEPLOYMENTS,
      digest: deploymentDigest,
      onChange: (change) => this.#onChange(change),
      onError,
    });
    this.#sweep = setInterval(() => this.#wakeUnsettled(), SWEEP_MS);
  }

  get synced(): Promise<void> {
    return this.#hubWatch.synced;
  }

  /** Credentials came, were renewed, or the member answers again. */
  onMember(member: Member): void {
    this.#status.follow(member);
  }

  onMemberGone(cluster: string): void {
    this.#status.unfollow(cluster);
  }

  onState(name: string, now: MemberState | null, before: MemberState | null): void {
    this.#status.silent(name, silenceOf(now));
    if (isUsable(now) && !isUsable(before)) {
      const reason = `${name} is back`;
      this.#wakeWhere((digest) => failedOn(digest, name) || isOwedShare(digest, name), reason);
      this.onRoom(`${name} can take replicas`);
    }
    if (before !== null) this.#onChangedMember(name, now, before);
    else {
      const stale = ({ named, toldUnknown }: DeploymentDigest) =>
        toldUnknown && named.includes(name);
      this.#wakeWhere(stale, `${name} is in the fleet`);
    }
    if (now === null)
      this.#wakeWhere(({ named }) => named.includes(name), `${name} is not in the fleet any more`);
  }

  #onChangedMember(name: string, now: MemberState | null, before: MemberState): void {
    const is = membershipOf(now);
    if (is !== membershipOf(before)) {
      this.#wakeWhere((digest) => holds(digest, name), TOLD_MEMBERSHIP[is](name));
    }
    if (now === null || now.taints === before.taints) return;
    const reason = `taints of ${name} changed`;
    this.#wakeWhere((digest) => holds(digest, name), reason);
    this.onRoom(reason);
  }

  /** Once all is known: those on clusters that ceased to be members while nobody looked. */
  wakeStranded(): void {
    const { membership } = this.#options.members;
    this.#wakeWhere(
      (digest) =>
        Object.entries(digest.clusterMaps).some(
          ([cluster, replicas]) => replicas > 0 && membership(cluster) !== 'member',
        ),
      'a cluster of its placement is no member',
    );
  }

  /** Room may have appeared: those that fit nowhere look again. */
  onRoom(reason: string): void {
    this.#room.add('waiting for room', { reason, woken: 0 }, ROOM_DELAY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#sweep);
    await Promise.all([this.#hubWatch.stop(), this.#status.stop()]);
    await Promise.all([this.#wakes.stop(), this.#room.stop()]);
  }

  #onChange({ type, key, object, before }: Change<DeploymentDigest>): void {
    if (type === 'deleted') {
      this.#status.forget(key);
      return this.onRoom('a deployment is gone');
    }
    const reason = reasonToWake(object, before);
    if (reason !== null) this.#wakes.add(key, reason);
    if (before !== null && placedReplicas(object) < placedReplicas(before)) {
      this.onRoom('a deployment holds less');
    }
    this.#status.look(key);
  }

  #wakeWaiting({ reason, woken }: Round): void {
    const waiting = this.#keysWhere(({ placedReason }) => placedReason === 'Unplaceable');
    const turn = nextTurn(waiting, this.#last.room, Math.min(ROOM_BATCH, waiting.length - woken));
    for (const key of turn) this.#wakes.add(key, reason);
    this.#last.room = turn.at(-1) ?? this.#last.room;
    const round = { reason, woken: woken + turn.length };
    if (turn.length > 0 && round.woken < waiting.length) {
      this.#room.add('waiting for room', round, ROOM_DELAY_MS);
    }
  }

  #wakeUnsettled(): void {
    const turn = nextTurn(
      this.#keysWhere((digest) => !settled(digest)),
      this.#last.sweep,
      SWEEP_BATCH,
    );
    for (const key of turn) this.#wakes.add(key, 'still unsettled');
    this.#last.sweep = turn.at(-1) ?? this.#last.sweep;
  }

  #wakeWhere(concerned: (digest: DeploymentDigest) => boolean, reason: string): void {
    for (const key of this.#keysWhere(concerned)) this.#wakes.add(key, reason);
  }

  #keysWhere(concerned: (digest: DeploymentDigest) => boolean): string[] {
    return [...this.#hubWatch.store].flatMap(([key, digest]) => (concerned(digest) ? [key] : []));
  }
}

/** Why nobody knows how it goes there; null when it answers, or holds nothing of ours. */
function silenceOf(state: MemberState | null): string | null {
  return membershipOf(state) === 'none' ? null : (state?.reason ?? null);
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

/** Its weights name the cluster, and its last placement did not know it. */
function isOwedShare({ weighted, clusterMaps }: DeploymentDigest, cluster: string): boolean {
  return weighted.includes(cluster) && !(cluster in clusterMaps);
}

function holds({ clusterMaps }: DeploymentDigest, cluster: string): boolean {
  return (clusterMaps[cluster] ?? 0) > 0;
}

function placedReplicas({ clusterMaps }: DeploymentDigest): number {
  return Object.values(clusterMaps).reduce((sum, replicas) => sum + replicas, 0);
}

function refOf(key: string): ObjectRef {
  const [namespace = '', name = ''] = key.split('/');
  return { namespace, name };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
