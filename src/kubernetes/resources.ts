/**
 * The resources we speak of, as data: a path can be built without asking a server what it knows.
 *
 * Nothing here is a type of the contents. Objects travel as the JSON they came in.
 */

import { ErrorCode, OpenMcpError } from '../api/errors.ts';
import { API_GROUP } from '../api/meta.ts';

export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

const namespaced = (group: string, version: string, plural: string, kind: string): Resource => ({
  group,
  version,
  plural,
  kind,
  namespaced: true,
});
const clusterWide = (group: string, version: string, plural: string, kind: string): Resource => ({
  ...namespaced(group, version, plural, kind),
  namespaced: false,
});

export const NAMESPACES = clusterWide('', 'v1', 'namespaces', 'Namespace');
export const NODES = clusterWide('', 'v1', 'nodes', 'Node');
export const PODS = namespaced('', 'v1', 'pods', 'Pod');
export const SECRETS = namespaced('', 'v1', 'secrets', 'Secret');
export const CONFIG_MAPS = namespaced('', 'v1', 'configmaps', 'ConfigMap');
export const SERVICES = namespaced('', 'v1', 'services', 'Service');
export const SERVICE_ACCOUNTS = namespaced('', 'v1', 'serviceaccounts', 'ServiceAccount');
/** The core Event: what `kubectl describe` shows. */
export const EVENTS = namespaced('', 'v1', 'events', 'Event');

export const DEPLOYMENTS = namespaced('apps', 'v1', 'deployments', 'Deployment');
export const HPAS = namespaced(
  'autoscaling',
  'v2',
  'horizontalpodautoscalers',
  'HorizontalPodAutoscaler',
);
export const LEASES = namespaced('coordination.k8s.io', 'v1', 'leases', 'Lease');

const RBAC = 'rbac.authorization.k8s.io';
export const CLUSTER_ROLES = clusterWide(RBAC, 'v1', 'clusterroles', 'ClusterRole');
export const CLUSTER_ROLE_BINDINGS = clusterWide(
  RBAC,
  'v1',
  'clusterrolebindings',
  'ClusterRoleBinding',
);
export const ROLES = namespaced(RBAC, 'v1', 'roles', 'Role');
export const ROLE_BINDINGS = namespaced(RBAC, 'v1', 'rolebindings', 'RoleBinding');
export const SELF_SUBJECT_ACCESS_REVIEWS = clusterWide(
  'authorization.k8s.io',
  'v1',
  'selfsubjectaccessreviews',
  'SelfSubjectAccessReview',
);
export const CRDS = clusterWide(
  'apiextensions.k8s.io',
  'v1',
  'customresourcedefinitions',
  'CustomResourceDefinition',
);
export const KUBEFED_CLUSTERS = namespaced(
  'core.kubefed.io',
  'v1beta1',
  'kubefedclusters',
  'KubeFedCluster',
);

/** Every kind of ours that does not form its plural by adding an `s`. */
const IRREGULAR: Readonly<Record<string, string>> = {
  OpenMCPIngress: 'openmcpingresses',
  OpenMCPPolicyEngine: 'openmcppolicyengines',
};

export const INGRESSES = namespaced('networking.k8s.io', 'v1', 'ingresses', 'Ingress');

/** Where MetalLB runs by its manifests and its chart, and where it reads its objects. */
export const METALLB_NAMESPACE = 'metallb-system';
/** MetalLB's: what addresses there are, and that they are announced. */
export const IP_ADDRESS_POOLS = namespaced(
  'metallb.io',
  'v1beta1',
  'ipaddresspools',
  'IPAddressPool',
);
export const L2_ADVERTISEMENTS = namespaced(
  'metallb.io',
  'v1beta1',
  'l2advertisements',
  'L2Advertisement',
);
export const ENDPOINT_SLICES = namespaced(
  'discovery.k8s.io',
  'v1',
  'endpointslices',
  'EndpointSlice',
);

/** One of our own kinds; all are namespaced. */
export function openmcp(kind: string): Resource {
  const plural = IRREGULAR[kind] ?? `${kind.toLowerCase()}s`;
  return namespaced(API_GROUP, 'v1alpha1', plural, kind);
}

export const OPENMCP_CLUSTERS = openmcp('OpenMCPCluster');
export const OPENMCP_DEPLOYMENTS = openmcp('OpenMCPDeployment');
export const OPENMCP_POLICY_ENGINES = openmcp('OpenMCPPolicyEngine');

export function apiVersionOf(resource: Resource): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}

export interface Location {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

/** Without a name, the path of the collection; without a namespace, that of all namespaces. */
export function pathOf(resource: Resource, at: Location): string {
  const root = resource.group === '' ? '/api' : '/apis';
  const parts = [root, apiVersionOf(resource)];
  if (resource.namespaced && at.namespace !== undefined) {
    parts.push('namespaces', segment(resource, 'namespace', at.namespace));
  }
  parts.push(resource.plural);
  if (at.name !== undefined) {
    if (resource.namespaced && at.namespace === undefined) throw incomplete(resource, 'namespace');
    parts.push(segment(resource, 'name', at.name));
  }
  if (at.subresource !== undefined) parts.push(at.subresource);
  return parts.join('/');
}

/** An empty name would turn "delete this one" into "delete them all"; dots would climb the path. */
function segment(resource: Resource, field: string, value: string): string {
  if (value === '' || value === '.' || value === '..') throw incomplete(resource, field);
  return encodeURIComponent(value);
}

function incomplete(resource: Resource, field: string): OpenMcpError {
  return new OpenMcpError(
    ErrorCode.Rejected,
    `cannot address a ${resource.kind}: its ${field} is missing or not a name`,
  );
}
