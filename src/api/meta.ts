/** Names that must not be mixed up, and the parts every resource shares. */

import * as z from 'zod';

/** The API group and version of every OpenMCP kind. */
export const API_GROUP = 'openmcp.k8s.io';
export const API_VERSION = `${API_GROUP}/v1alpha1`;

/** The namespace where the product, its clusters and its policies live. */
export const OPENMCP_NAMESPACE = 'openmcp';

/** Where KubeFed kept its clusters; the mirror objects are kept there for old tools. */
export const KUBEFED_NAMESPACE = 'kube-federation-system';

/** The name under which members' objects are written by server-side apply. */
export const FIELD_MANAGER = 'openmcp';

/** Keys of labels, annotations and finalizers. They are public: users and old objects hold them. */
export const KEYS = {
  /** Label on every object in a member that is ours: the uid of its owner on the hub. */
  ownerUid: `${API_GROUP}/owner-uid`,
  /** Annotation on the same objects: the owner as JSON (kind, namespace, name, uid, generation). */
  owner: `${API_GROUP}/owner`,
  /** Label on namespaces that we made in a member, so that people know why they are there. */
  managed: `${API_GROUP}/managed`,
  /** Annotation by which a user hands us an object that exists already. */
  adopt: `${API_GROUP}/adopt`,
  /** Annotation on an object that was adopted: it is released, never deleted. */
  adopted: `${API_GROUP}/adopted`,
  /** Annotation on a hub resource: the placement that was decided, as JSON. */
  placement: `${API_GROUP}/placement`,
  /** Finalizer on every hub resource with children. */
  finalizer: `${API_GROUP}/cleanup`,
} as const;

/** Annotations that a member's own controllers write: in a template, they came with exported YAML. */
export const MEMBERS_OWN: readonly string[] = [
  'deployment.kubernetes.io/revision',
  'kubectl.kubernetes.io/last-applied-configuration',
];

const dnsLabel = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);

export const ClusterName = dnsLabel.brand<'ClusterName'>();
export type ClusterName = z.infer<typeof ClusterName>;

/** Points at one resource. Never carries its contents: whoever receives it reads the resource. */
export interface ObjectRef {
  readonly namespace: string;
  readonly name: string;
}
