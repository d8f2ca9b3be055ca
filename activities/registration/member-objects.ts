/** What a join makes in a member, as data. */

import { OPENMCP_NAMESPACE } from '../../src/api/meta.ts';
import type { KubeObject } from '../../src/kubernetes/client.ts';

export const ACCOUNT = 'openmcp';
export const ROLE = 'openmcp-member';
/** Describes the membership; whoever finds it knows whose member this is. */
export const MEMBERSHIP = 'openmcp-member';

/** Annotation: the run of the saga that made the object. */
export const JOINED_BY = 'openmcp.k8s.io/joined-by';
/** Annotation on a node: its region and zone labels as they were, JSON; null for those it had not. */
export const LABELS_BEFORE = 'openmcp.k8s.io/labels-before';

const ALL = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];
const READ = ['get', 'list', 'watch'];

/** What the product does in a member, and no more. A kind that it comes to write is added here. */
const RULES = [
  { apiGroups: ['apps'], resources: ['deployments'], verbs: ALL },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: READ },
  { apiGroups: [''], resources: ['nodes', 'pods'], verbs: READ },
  {
    apiGroups: [''],
    resources: ['namespaces'],
    verbs: ['get', 'list', 'watch', 'create', 'patch'],
  },
  { nonResourceURLs: ['/readyz', '/version'], verbs: ['get'] },
  // Its own token alone: so it can be renewed without the member's administrator.
  {
    apiGroups: [''],
    resources: ['serviceaccounts/token'],
    resourceNames: [ACCOUNT],
    verbs: ['create'],
  },
];

/** Asked before anything is made: what a join does with the registered kubeconfig. */
export const NEEDED_RIGHTS = [
  { verb: 'create', group: '', resource: 'namespaces' },
  { verb: 'create', group: '', resource: 'serviceaccounts', namespace: OPENMCP_NAMESPACE },
  {
    verb: 'create',
    group: '',
    resource: 'serviceaccounts',
    subresource: 'token',
    namespace: OPENMCP_NAMESPACE,
  },
  { verb: 'create', group: '', resource: 'configmaps', namespace: OPENMCP_NAMESPACE },
  { verb: 'create', group: 'rbac.authorization.k8s.io', resource: 'clusterroles' },
  { verb: 'create', group: 'rbac.authorization.k8s.io', resource: 'clusterrolebindings' },
  { verb: 'escalate', group: 'rbac.authorization.k8s.io', resource: 'clusterroles' },
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

export function roleObject(by: string | null): KubeObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: ROLE, ...annotated(by) },
    rules: RULES,
  };
}

export function bindingObject(by: string | null): KubeObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: ROLE, ...annotated(by) },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: ROLE },
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
