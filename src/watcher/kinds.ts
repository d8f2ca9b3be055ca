/** The one table from kinds to what drives them. A kind whose workflow does not exist yet says so on itself. */

import { OPENMCP_DEPLOYMENTS, openmcp, type Resource } from '../kubernetes/resources.ts';

/** Kinds with a workflow per resource. The name is that of the workflow's function. */
export const DRIVEN = {
  deployments: { kind: OPENMCP_DEPLOYMENTS.kind, workflow: 'deployment' },
} as const;

/** Accepted and stored, but nothing happens yet: each such resource gets a condition that says so. */
export const NOT_YET_DRIVEN: readonly Resource[] = [
  'OpenMCPService',
  'OpenMCPIngress',
  'OpenMCPHybridAutoScaler',
  'OpenMCPDomain',
  'OpenMCPServiceDNSRecord',
  'OpenMCPIngressDNSRecord',
  'OpenMCPDNSEndpoint',
  'OpenMCPVirtualService',
  'OpenMCPConfigMap',
  'OpenMCPSecret',
  'OpenMCPJob',
  'OpenMCPNamespace',
  'OpenMCPPersistentVolume',
  'OpenMCPPersistentVolumeClaim',
  'OpenMCPStatefulSet',
  'OpenMCPDaemonSet',
  'OpenMCPPullSecret',
  'Sync',
  'Migration',
  'Snapshot',
  'SnapshotRestore',
  'Cache',
].map(openmcp);
