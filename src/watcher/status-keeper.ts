/**
 * Keeps the numbers in the status of OpenMCPDeployments true from what the members show, without a
 * workflow, and notices where a member is not as it was left.
 */

import { codeOf, ErrorCode } from '../api/errors.ts';
import { API_VERSION, type ObjectRef } from '../api/meta.ts';
import type { Member } from '../fleet/members.ts';
import type { KubeClient } from '../kubernetes/client.ts';
import { recordEvent } from '../kubernetes/events.ts';
import { type WorkQueue, workQueue } from '../kubernetes/queue.ts';
import { OPENMCP_DEPLOYMENTS } from '../kubernetes/resources.ts';
import { type DeploymentDigest, observed } from './deployment-digest.ts';
import { drift, type Sight, type SummedStatus, shown, sum } from './deployment-status.ts';
import { driftPace } from './drift-pace.ts';
import { type MemberDeployments, watchMemberDeployments } from './member-deployments.ts';

const STATUS_MANAGER = 'openmcp-status';
/** Changes within this time make one write; people see the sum within two seconds. */
const STATUS_DELAY_MS = 800;
/** Few at once: what people read may be late under load, placing must not be. */
const WRITES_AT_ONCE = 4;

export interface StatusKeeperOptions {
  readonly hub: KubeClient;
  /** The resources as the hub shows them, by `namespace/name`. */
  readonly resources: () => ReadonlyMap<string, DeploymentDigest>;
  /** Resolves when it is known which members are followed: before, everything would seem gone. */
  readonly ready: () => Promise<void>;
  readonly onDrift: (key: string, reason: string) => void;
  readonly onError: (error: unknown) => void;
}

export class StatusKeeper {
  readonly #options: StatusKeeperOptions;
  readonly #queue: WorkQueue<null>;
  readonly #children: MemberDeployments;
  /** Members that do not answer, and why. */
  readonly #silent = new Map<string, string>();
  readonly #pace = driftPace();

  constructor(options: StatusKeeperOptions) {
    const { onError } = options;
    this.#options = options;
    this.#queue = workQueue<null>({
      concurrency: WRITES_AT_ONCE,
      handle: (key) => this.#refresh(key),
      onError,
    });
    this.#children = watchMemberDeployments({
      onChange: ({ namespace, name }) => this.look(`${namespace}/${name}`),
      // What was told of a member before it was listed may be wrong by now.
      onSynced: (cluster) => this.#lookWhere(cluster),
      onError,
    });
  }

  look(key: string): void {
    this.#queue.add(key, null, STATUS_DELAY_MS);
  }

  forget(key: string): void {
    this.#pace.forget(key);
  }

  /** Credentials came, were renewed, or it answers again: what its watch knows may be old. */
  follow(member: Member): void {
    this.#children.add(member);
  }

  unfollow(cluster: string): void {
    this.#children.remove(cluster);
    this.#lookWhere(cluster);
  }

  /** Null when it answers. */
  silent(cluster: string, why: string | null): void {
    if (why === null ? !this.#silent.delete(cluster) : this.#silent.has(cluster)) return;
    if (why !== null) this.#silent.set(cluster, why);
    this.#lookWhere(cluster);
  }

  async stop(): Promise<void> {
    await this.#children.stop();
    await this.#queue.stop();
  }

  #lookWhere(cluster: string): void {
    for (const [key, digest] of this.#options.resources()) {
      if (isNamed(digest, cluster)) this.look(key);
    }
  }

  async #refresh(key: string): Promise<void> {
    await this.#options.ready();
    const digest = this.#options.resources().get(key);
    if (digest === undefined || digest.deleting) return;
    // Its first report is still to come, and comes here again.
    if (digest.observedGeneration === 0) return;
    const next = sum(digest, this.#sightOf(digest));
    if (!shown(digest, next)) await writeStatus(this.#options.hub, digest, next);
    if (observed(digest)) await this.#compare(key, digest);
  }

  #sightOf(digest: DeploymentDigest): Sight {
    const clusters = this.#children.clusters();
    return {
      children: clusters.flatMap((cluster) => {
        const child = this.#children.synced(cluster) && this.#child(cluster, digest.ref);
        return child && child.ownerUid === digest.uid ? [{ cluster, child }] : [];
      }),
      blind: new Set(clusters.filter((cluster) => !this.#children.synced(cluster))),
      silent: this.#silent,
    };
  }

  #child(cluster: string, ref: ObjectRef) {
    return this.#children.child(cluster, ref);
  }

  async #compare(key: string, digest: DeploymentDigest): Promise<void> {
    const reason = drift(digest, (cluster) => ({
      synced: this.#children.synced(cluster) && !this.#silent.has(cluster),
      child: this.#child(cluster, digest.ref),
    }));
    if (reason === null) return this.#pace.calm(key);
    const pace = this.#pace.seen(key, Date.now());
    if ('lookAfterMs' in pace) return this.#queue.add(key, null, pace.lookAfterMs);
    this.#options.onDrift(key, reason);
    const regarding = { resource: OPENMCP_DEPLOYMENTS, ...digest.ref, uid: digest.uid };
    await recordEvent(this.#options.hub, {
      ...{ regarding, type: 'Warning', reason: 'Drift', now: new Date() },
      message: `${reason}: it is put back as the resource says`,
    });
  }
}

function isNamed({ clusterMaps, clusters }: DeploymentDigest, cluster: string): boolean {
  return cluster in clusterMaps || clusters.some(({ name }) => name === cluster);
}

async function writeStatus(
  hub: KubeClient,
  digest: DeploymentDigest,
  next: SummedStatus,
): Promise<void> {
  const { ready, ...numbers } = next;
  const since =
    digest.ready?.status === ready.status ? digest.ready.since : new Date().toISOString();
  const condition = { type: 'Ready', ...ready, lastTransitionTime: since };
  const resource = {
    apiVersion: API_VERSION,
    kind: OPENMCP_DEPLOYMENTS.kind,
    metadata: { ...digest.ref, uid: digest.uid },
    status: { ...numbers, conditions: [condition] },
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
