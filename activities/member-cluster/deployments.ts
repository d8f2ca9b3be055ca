/**
 * Deployments in the members: written by server-side apply, removed only when they are ours.
 *
 * One call visits many clusters and returns what came of each: a cluster that fails holds up no
 * other. The manifest is read from the hub by reference, since it must not enter a history.
 */

import { cancellationSignal } from '@temporalio/activity';
import { codeOf, ErrorCode, OpenMcpError } from '../../src/api/errors.ts';
import { ClusterName, FIELD_MANAGER, KEYS, type ObjectRef } from '../../src/api/meta.ts';
import type { Delivery, Outcome } from '../../src/api/outcome.ts';
import { scaledDeployment } from '../../src/fleet/cluster-view.ts';
import type { KubeClient, KubeObject } from '../../src/kubernetes/client.ts';
import { DEPLOYMENTS, HPAS, NAMESPACES } from '../../src/kubernetes/resources.ts';
import { childDeployment, scaledReplicas } from './child-deployment.ts';
import { removeOwnedObject } from './owned.ts';

export interface MemberDeploymentActivities {
  /** Makes the Deployment of each share's cluster what the resource says. A retry writes the same. */
  applyDeployments(delivery: Delivery): Promise<Outcome[]>;
  /** Removes ours from `clusters`; absent is success, an adopted one is released. */
  pruneDeployments(ref: ObjectRef, uid: string, clusters: readonly string[]): Promise<Outcome[]>;
}

/** The members, as the worker knows them. */
export interface Members {
  /** Null when the cluster is not ours to reach: never joined, or left. */
  client(cluster: string): KubeClient | null;
  /** Whether the last probe reached it; one that did not answer gets a short time-out. */
  healthy(cluster: string): boolean;
  /** An HPA of that cluster scales this Deployment; null when that is not known yet. */
  scaledByHpa(cluster: string, ref: ObjectRef): boolean | null;
  /** `leaving` gets nothing new; of `none` nothing is left to be removed. */
  membership(cluster: string): 'member' | 'leaving' | 'none';
}

/** A pass must end: the slowest cluster may take this long. */
const CALL_TIMEOUT_MS = 5_000;
/** A cluster that the prober calls dead gets one short try, in case it has just come back. */
const DEAD_TIMEOUT_MS = 1_000;

export function memberDeploymentActivities(options: {
  readonly members: Members;
  /** The resource at that generation or later; null when it is gone. */
  readonly source: (ref: ObjectRef, uid: string, generation: number) => Promise<KubeObject | null>;
}): MemberDeploymentActivities {
  const { members, source } = options;

  async function applyOne(
    delivery: Delivery,
    owner: KubeObject,
    share: Delivery['shares'][number],
  ): Promise<Outcome> {
    const { cluster } = share;
    const client = clientOf(members, cluster);
    const call = callOptions(members, cluster);
    const scaled =
      members.scaledByHpa(cluster, delivery.ref) ?? (await isScaled(client, delivery.ref, call));
    // An object that we know by its uid is not looked at first: the uid in the apply is the fence.
    const known = scaled || adopts(owner) ? undefined : delivery.known[cluster];
    const live = known === undefined ? await client.read(DEPLOYMENTS, delivery.ref, call) : null;
    if (live !== null) await takeOver(client, live, owner, call);
    const child = childDeployment(owner, {
      live,
      uid: live?.metadata.uid ?? known,
      replicas: scaled && live !== null ? scaledReplicas(live) : share.replicas,
    });
    const written = await applyInNamespace(client, child, call);
    const { uid, generation } = written.metadata;
    return { cluster, code: null, message: '', uid, generation };
  }

  return {
    async applyDeployments(delivery) {
      const owner = await source(delivery.ref, delivery.uid, delivery.generation);
      if (owner === null) {
        throw new OpenMcpError(
          ErrorCode.NotFound,
          `cannot place ${delivery.ref.name}: it is gone from the hub`,
        );
      }
      return Promise.all(
        delivery.shares.map((share) =>
          outcomeOf(share.cluster, async () => {
            try {
              return await applyOne(delivery, owner, share);
            } catch (error) {
              const code = codeOf(error);
              if (code !== ErrorCode.Conflict && code !== ErrorCode.Rejected) throw error;
              // The object that we knew is gone (409), another one, or was adopted (422): look first.
              return applyOne({ ...delivery, known: {} }, owner, share);
            }
          }),
        ),
      );
    },

    async pruneDeployments(ref, uid, clusters) {
      return Promise.all(
        clusters.map((name) => {
          const cluster = ClusterName.parse(name);
          return outcomeOf(cluster, async () => {
            // Whoever left was cleaned when it left, or is owed that.
            if (members.client(cluster) !== null || members.membership(cluster) !== 'none') {
              const client = credentialsOf(members, cluster);
              await removeOurs(client, { ref, uid }, callOptions(members, cluster));
            }
            return { cluster, code: null, message: '' };
          });
        }),
      );
    },
  };
}

async function outcomeOf(cluster: ClusterName, act: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await act();
  } catch (error) {
    const code = codeOf(error);
    if (code === null || !(error instanceof Error)) throw error;
    return { cluster, code, message: error.message };
  }
}

/** To write: not to a cluster that is on its way out, whose leave may have passed us already. */
function clientOf(members: Members, cluster: string): KubeClient {
  if (members.membership(cluster) === 'member') return credentialsOf(members, cluster);
  throw new OpenMcpError(
    ErrorCode.NotYet,
    `${cluster} is no member, or leaves: nothing is written to it`,
  );
}

function credentialsOf(members: Members, cluster: string): KubeClient {
  const client = members.client(cluster);
  if (client !== null) return client;
  throw new OpenMcpError(ErrorCode.Unavailable, `cannot reach ${cluster}: no credentials for it`);
}

function callOptions(members: Members, cluster: string) {
  const timeoutMs = members.healthy(cluster) ? CALL_TIMEOUT_MS : DEAD_TIMEOUT_MS;
  return { timeoutMs, signal: cancellationSignal() };
}

type Call = ReturnType<typeof callOptions>;

/** Asked of the member itself, for the moments in which its HPAs are not followed yet. */
async function isScaled(client: KubeClient, ref: ObjectRef, call: Call): Promise<boolean> {
  const { items } = await client.list(HPAS, { namespace: ref.namespace, ...call });
  return items.some((hpa) => scaledDeployment(hpa) === ref.name);
}

/** Refuses what is not ours, unless the user hands it over; then it is marked, to be released later. */
async function takeOver(
  client: KubeClient,
  live: KubeObject,
  owner: KubeObject,
  call: Call,
): Promise<void> {
  const { name, namespace = '', labels, annotations } = live.metadata;
  const holder = labels?.[KEYS.ownerUid];
  if (holder === owner.metadata.uid) return;
  if (holder === undefined && !adopts(owner)) {
    throw new OpenMcpError(
      ErrorCode.Rejected,
      `Deployment ${namespace}/${name} exists and is not ours: rename one of them, or set the annotation ${KEYS.adopt}: "true" on the OpenMCPDeployment`,
    );
  }
  // Left behind by an owner of the same name that is gone: it becomes ours as it would have been.
  if (holder !== undefined || annotations?.[KEYS.adopted] === 'true') return;
  const metadata = { annotations: { [KEYS.adopted]: 'true' } };
  await client.patch(
    DEPLOYMENTS,
    { namespace, name },
    { metadata },
    {
      type: 'merge',
      fieldManager: `${FIELD_MANAGER}-adoption`,
      ...call,
    },
  );
}

function adopts(owner: KubeObject): boolean {
  return owner.metadata.annotations?.[KEYS.adopt] === 'true';
}

/** Applies; where the namespace is missing, makes it first. It stays: others may come to use it. */
async function applyInNamespace(
  client: KubeClient,
  child: KubeObject,
  call: Call,
): Promise<KubeObject> {
  const apply = () =>
    client.apply(DEPLOYMENTS, child, { fieldManager: FIELD_MANAGER, force: true, ...call });
  try {
    return await apply();
  } catch (error) {
    if (codeOf(error) !== ErrorCode.NotFound) throw error;
    const namespace = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: child.metadata.namespace ?? '', labels: { [KEYS.managed]: 'true' } },
    };
    await client.apply(NAMESPACES, namespace, { fieldManager: FIELD_MANAGER, ...call });
    return apply();
  }
}

async function removeOurs(
  client: KubeClient,
  owner: { readonly ref: ObjectRef; readonly uid: string },
  call: Call,
): Promise<void> {
  const live = await client.read(DEPLOYMENTS, owner.ref, call);
  if (live === null || live.metadata.labels?.[KEYS.ownerUid] !== owner.uid) return;
  await removeOwnedObject(client, DEPLOYMENTS, live, call);
}
