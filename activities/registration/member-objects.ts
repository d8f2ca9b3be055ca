/** What a join makes in a member, as data. */

import { OPENMCP_NAMESPACE } from '../../src/api/meta.ts';
import type { KubeObject } from '../../src/kubernetes/client.ts';
import {
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  type Resource,
  ROLE_BINDINGS,
  ROLES,
} from '../../src/kubernetes/resources.ts';

export const ACCOUNT = 'openmcp';
const ROLE = 'openmcp-member';
/** What the account may in our own namespace alone. */
const TOKEN_ROLE = 'openmcp-token';
/** Describes the membership; whoever finds it knows whose member this is. */
export const MEMBERSHIP = 'openmcp-member';

/** Annotation: the run of the saga that made the object. */
export const JOINED_BY = 'openmcp.k8s.io/joined-by';
/** Its value where no run is known any more: a renewal made the object anew. */
export const RENEWAL = 'renewal';
/** Its value on what is made after the join, by the saga that gives addresses. */
export const GIVING = 'give-addresses';
/** Annotation on a node: its region and zone labels as they were, JSON; null for those it had not. */
export const LABELS_BEFORE = 'openmcp.k8s.io/labels-before';

const FOLLOW = ['list', 'watch'];

/**
 * What the product does in a member, and no more. A kind that it comes to write is added here.
 *
 * Server-side apply is a patch, and a create where nothing is there.
 */
const RULES = [
  {
    apiGroups: ['apps'],
    resources: ['deployments'],
    verbs: ['get', ...FOLLOW, 'create', 'patch', 'delete'],
  },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: FOLLOW },
  { apiGroups: [''], resources: ['nodes', 'pods'], verbs: FOLLOW },
  { apiGroups: [''], resources: ['namespaces'], verbs: ['create', 'patch'] },
  { nonResourceURLs: ['/readyz', '/version'], verbs: ['get'] },
];

/** Its own token alone: so it can be renewed without the member's administrator. */
const TOKEN_RULES = [
  {
    apiGroups: [''],
    resources: ['serviceaccounts/token'],
    resourceNames: [ACCOUNT],
    verbs: ['create'],
  },
];

const RBAC = 'rbac.authorization.k8s.io';
const inOurs = { namespace: OPENMCP_NAMESPACE };

/**
 * Asked before anything is made: what a join does with the registered kubeconfig.
 *
 * Rights may be given only by who has them all, or may `escalate`; and handed out likewise, or `bind`.
 */
export const NEEDED_RIGHTS = [
  { verb: 'create', group: '', resource: 'namespaces' },
  { verb: 'create', group: '', resource: 'serviceaccounts', ...inOurs },
  { verb: 'create', group: '', resource: 'serviceaccounts', subresource: 'token', ...inOurs },
  { verb: 'create', group: '', resource: 'configmaps', ...inOurs },
  { verb: 'create', group: RBAC, resource: 'clusterroles' },
  { verb: 'escalate', group: RBAC, resource: 'clusterroles' },
  { verb: 'bind', group: RBAC, resource: 'clusterroles' },
  { verb: 'create', group: RBAC, resource: 'clusterrolebindings' },
  { verb: 'create', group: RBAC, resource: 'roles', ...inOurs },
  { verb: 'escalate', group: RBAC, resource: 'roles', ...inOurs },
  { verb: 'bind', group: RBAC, resource: 'roles', ...inOurs },
  { verb: 'create', group: RBAC, resource: 'rolebindings', ...inOurs },
  { verb: 'patch', group: '', resource: 'nodes' },
] as const;

const annotated = (by: string | null) => (by === null ? {} : { annotations: { [JOINED_BY]: by } });

export function namespaceObject(by: string | null): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: OPENMCP_NAMESPACE, ...annotated(by) },
  };
}

export function accountObject(by: string | null): KubeObject {
  const metadata = { name: ACCOUNT, namespace: OPENMCP_NAMESPACE, ...annotated(by) };
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata };
}

/** The account's rights, each role before its binding: in all namespaces, then in ours alone. */
export function rightsObjects(by: string | null): { resource: Resource; object: KubeObject }[] {
  const everywhere = { name: ROLE, ...annotated(by) };
  const here = { name: TOKEN_ROLE, namespace: OPENMCP_NAMESPACE, ...annotated(by) };
  return [
    { resource: CLUSTER_ROLES, object: roleObject('ClusterRole', everywhere, RULES) },
    { resource: CLUSTER_ROLE_BINDINGS, object: bindingObject('ClusterRole', everywhere) },
    { resource: ROLES, object: roleObject('Role', here, TOKEN_RULES) },
    { resource: ROLE_BINDINGS, object: bindingObject('Role', here) },
  ];
}

type RoleKind = 'ClusterRole' | 'Role';

function roleObject(
  kind: RoleKind,
  metadata: KubeObject['metadata'],
  rules: readonly unknown[],
): KubeObject {
  return { apiVersion: `${RBAC}/v1`, kind, metadata, rules };
}

function bindingObject(kind: RoleKind, metadata: KubeObject['metadata']): KubeObject {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: `${kind}Binding`,
    metadata,
    roleRef: { apiGroup: RBAC, kind, name: metadata.name },
    subjects: [{ kind: 'ServiceAccount', name: ACCOUNT, namespace: OPENMCP_NAMESPACE }],
  };
}

export function membershipObject(
  by: string | null,
  data: Readonly<Record<string, string>>,
): KubeObject {
  const metadata = { name: MEMBERSHIP, namespace: OPENMCP_NAMESPACE, ...annotated(by) };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
}
