/** Kinds that the fake member serves: those that a join knows, and some that it does not. */

import {
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  CONFIG_MAPS,
  DEPLOYMENTS,
  ENDPOINT_SLICES,
  EVENTS,
  LEASES,
  NAMESPACES,
  NODES,
  PODS,
  type Resource,
  ROLE_BINDINGS,
  ROLES,
  SECRETS,
  SERVICE_ACCOUNTS,
  SERVICES,
} from '../../../../src/kubernetes/resources.ts';

const kind = (group: string, version: string, plural: string, name: string): Resource => ({
  group,
  version,
  plural,
  kind: name,
  namespaced: true,
});

export const REPLICA_SETS = kind('apps', 'v1', 'replicasets', 'ReplicaSet');
export const VOLUME_CLAIMS = kind('', 'v1', 'persistentvolumeclaims', 'PersistentVolumeClaim');
export const WIDGETS = kind('example.org', 'v1', 'widgets', 'Widget');
/** In no version but one that its group does not prefer. */
export const GADGETS = kind('example.org', 'v1alpha1', 'gadgets', 'Gadget');
export const POD_METRICS = kind('metrics.k8s.io', 'v1beta1', 'pods', 'PodMetrics');
export const OPERATORS = {
  ...kind('example.org', 'v1', 'operators', 'Operator'),
  namespaced: false,
};

export const KNOWN_KINDS: readonly Resource[] = [
  NAMESPACES,
  NODES,
  PODS,
  SECRETS,
  CONFIG_MAPS,
  SERVICES,
  SERVICE_ACCOUNTS,
  EVENTS,
  VOLUME_CLAIMS,
  DEPLOYMENTS,
  REPLICA_SETS,
  LEASES,
  CLUSTER_ROLES,
  CLUSTER_ROLE_BINDINGS,
  ROLES,
  ROLE_BINDINGS,
  ENDPOINT_SLICES,
  WIDGETS,
  OPERATORS,
  GADGETS,
];
