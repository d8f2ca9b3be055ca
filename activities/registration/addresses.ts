/**
 * The addresses that a member's Services of type LoadBalancer may take: `spec.metalLBRange`, as a pool of MetalLB.
 *
 * A member without MetalLB takes no pool; that is told on its OpenMCPCluster, and does not keep it from joining.
 */

import * as z from 'zod';
import { codeOf, ErrorCode } from '../../src/api/errors.ts';
import type { Joining } from '../../src/api/joining.ts';
import { OPENMCP_NAMESPACE } from '../../src/api/meta.ts';
import type { KubeClient, KubeObject } from '../../src/kubernetes/client.ts';
import { recordEvent } from '../../src/kubernetes/events.ts';
import { KubeError } from '../../src/kubernetes/failures.ts';
import {
  apiVersionOf,
  IP_ADDRESS_POOLS,
  L2_ADVERTISEMENTS,
  METALLB_NAMESPACE,
  OPENMCP_CLUSTERS,
  type Resource,
} from '../../src/kubernetes/resources.ts';
import { make, unmake } from './made.ts';
import { JOINED_BY } from './member-objects.ts';
import type { RegistrationTools } from './tools.ts';

const NAME = 'openmcp';
const KINDS = [IP_ADDRESS_POOLS, L2_ADVERTISEMENTS];

const Spec = z.object({
  metalLBRange: z.object({ addressFrom: z.string(), addressTo: z.string() }).optional(),
});

export async function givePool(
  client: KubeClient,
  { by, cluster }: Joining,
  { hub, now }: RegistrationTools,
): Promise<void> {
  const found = await hub.read(OPENMCP_CLUSTERS, { namespace: OPENMCP_NAMESPACE, name: cluster });
  const range = Spec.parse(found?.['spec'] ?? {}).metalLBRange;
  if (found === null || range === undefined) return;
  try {
    const specs = [
      { addresses: [`${range.addressFrom}-${range.addressTo}`] },
      { ipAddressPools: [NAME] },
    ];
    for (const [index, resource] of KINDS.entries())
      await make(client, resource, objectOf(resource, by, specs[index]), 'refuse');
  } catch (error) {
    if (codeOf(error) !== ErrorCode.NotFound) throw error;
    await recordEvent(hub, {
      regarding: {
        resource: OPENMCP_CLUSTERS,
        namespace: OPENMCP_NAMESPACE,
        name: cluster,
        uid: found.metadata.uid ?? '',
      },
      type: 'Warning',
      reason: 'NoMetalLB',
      message: `spec.metalLBRange has no effect: ${cluster} has no MetalLB in the namespace ${METALLB_NAMESPACE}; install it, then leave and join again`,
      now: now(),
    });
  }
}

export async function takePool(client: KubeClient, { by }: Joining): Promise<void> {
  try {
    for (const resource of KINDS.toReversed())
      await unmake(client, resource, { namespace: METALLB_NAMESPACE, name: NAME }, by);
  } catch (error) {
    // Whoever may not look at pools has made none.
    if (!(error instanceof KubeError && error.status === 403)) throw error;
  }
}

function objectOf(resource: Resource, by: string | null, spec: unknown): KubeObject {
  return {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    metadata: {
      namespace: METALLB_NAMESPACE,
      name: NAME,
      ...(by !== null && { annotations: { [JOINED_BY]: by } }),
    },
    spec,
  };
}
