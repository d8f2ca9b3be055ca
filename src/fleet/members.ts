/**
 * The members that we hold credentials for: follows OpenMCPClusters and credentials Secrets on the
 * hub, and keeps one client per member for as long as its credentials last.
 */

import { OPENMCP_NAMESPACE } from '../api/meta.ts';
import { type KubeClient, kubeClient } from '../kubernetes/client.ts';
import type { KubeObject } from '../kubernetes/object.ts';
import { reflect } from '../kubernetes/reflector.ts';
import { OPENMCP_CLUSTERS, SECRETS } from '../kubernetes/resources.ts';
import { credentialsFromSecret } from '../kubernetes/tokens.ts';
import { CLUSTER_LABEL, type TokenLife, tokenLife } from './member-secret.ts';
import { type MemberState, memberState } from './member-state.ts';

export interface Member {
  readonly name: string;
  readonly client: KubeClient;
}

export interface MemberWatch {
  readonly synced: Promise<void>;
  /** Null when no OpenMCPCluster has that name. */
  state(cluster: string): MemberState | null;
  states(): readonly MemberState[];
  /** Null when we hold no credentials for it. */
  client(cluster: string): KubeClient | null;
  member(cluster: string): Member | null;
  members(): readonly Member[];
  /** When the tokens that we hold end. */
  tokens(): readonly TokenLife[];
  stop(): Promise<void>;
}

export interface MemberListener {
  /** Credentials came, or were renewed: the former client is closed after this returns. */
  readonly onMember?: (member: Member) => void;
  readonly onMemberGone?: (name: string) => void;
  /** An OpenMCPCluster came, changed, or went (`now` is null). */
  readonly onState?: (name: string, now: MemberState | null, before: MemberState | null) => void;
}

export function watchMembers(options: {
  readonly hub: KubeClient;
  readonly listener: MemberListener;
  readonly onError: (error: unknown) => void;
}): MemberWatch {
  const { hub, listener, onError } = options;
  const clients = clientCache(listener, onError);
  const secrets = reflect<KubeObject>({
    client: hub,
    resource: SECRETS,
    namespace: OPENMCP_NAMESPACE,
    labelSelector: CLUSTER_LABEL,
    digest: (object) => object,
    onChange: ({ type, object }) =>
      type === 'deleted' ? clients.drop(object) : clients.take(object),
    onError,
  });
  const clusters = reflect<MemberState>({
    client: hub,
    resource: OPENMCP_CLUSTERS,
    namespace: OPENMCP_NAMESPACE,
    digest: memberState,
    onChange: ({ type, object, before }) =>
      listener.onState?.(object.name, type === 'deleted' ? null : object, before),
    onError,
  });
  return {
    synced: Promise.all([secrets.synced, clusters.synced]).then(() => undefined),
    state: (cluster) => clusters.store.get(`${OPENMCP_NAMESPACE}/${cluster}`) ?? null,
    states: () => [...clusters.store.values()],
    client: (cluster) => clients.members.get(cluster)?.client ?? null,
    member: (cluster) => clients.members.get(cluster) ?? null,
    members: () => [...clients.members.values()],
    tokens: () => [...clients.members.values()].flatMap(({ life }) => life ?? []),
    async stop() {
      await Promise.all([secrets.stop(), clusters.stop()]);
      await Promise.all([...clients.members.values()].map(({ client }) => client.close()));
    },
  };
}

function clientCache(listener: MemberListener, onError: (error: unknown) => void) {
  const members = new Map<
    string,
    Member & { readonly data: string; readonly life: TokenLife | null }
  >();
  return {
    members,
    take(secret: KubeObject): void {
      const name = secret.metadata.labels?.[CLUSTER_LABEL];
      const data = JSON.stringify(secret['data']);
      if (name === undefined) return;
      const before = members.get(name);
      if (before?.data === data) return;
      const life = tokenLife(name, secret);
      const member = { name, data, life, client: kubeClient(credentialsFromSecret(secret)) };
      members.set(name, member);
      listener.onMember?.(member);
      before?.client.close().catch(onError);
    },
    drop(secret: KubeObject): void {
      const before = members.get(secret.metadata.labels?.[CLUSTER_LABEL] ?? '');
      if (before === undefined) return;
      members.delete(before.name);
      listener.onMemberGone?.(before.name);
      before.client.close().catch(onError);
    },
  };
}
