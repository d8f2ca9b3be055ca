/** Every kind of the product. */

import { CLUSTER } from './cluster.ts';
import { DEPLOYMENT } from './deployment.ts';
import { DNS_ENDPOINT, DOMAIN, INGRESS_DNS_RECORD, SERVICE_DNS_RECORD } from './dns.ts';
import { HYBRID_AUTOSCALER } from './hybrid-autoscaler.ts';
import type { Kind } from './kind.ts';
import { KUBEFED_CLUSTER } from './kubefed-cluster.ts';
import { CACHE, MIGRATION, SNAPSHOT, SNAPSHOT_RESTORE, SYNC } from './operations.ts';
import { POLICY } from './policy.ts';
import { PROPAGATED } from './propagated.ts';
import { INGRESS, SERVICE, VIRTUAL_SERVICE } from './traffic.ts';

export const KINDS: readonly Kind[] = [
  CLUSTER,
  DEPLOYMENT,
  SERVICE,
  INGRESS,
  VIRTUAL_SERVICE,
  HYBRID_AUTOSCALER,
  POLICY,
  DOMAIN,
  SERVICE_DNS_RECORD,
  INGRESS_DNS_RECORD,
  DNS_ENDPOINT,
  ...PROPAGATED,
  SYNC,
  MIGRATION,
  SNAPSHOT,
  SNAPSHOT_RESTORE,
  CACHE,
  KUBEFED_CLUSTER,
];
