/** The addresses that a member's Services of type LoadBalancer may take, as a pool of MetalLB there. */

import { ASK_AGAIN, type Giving } from '../../src/api/addresses.ts';
import { codeOf, ErrorCode } from '../../src/api/errors.ts';
import type { Joining } from '../../src/api/joining.ts';
import type { KubeClient, KubeObject } from '../../src/kubernetes/client.ts';
import { KubeError } from '../../src/kubernetes/failures.ts';
import {
  apiVersionOf,
  IP_ADDRESS_POOLS,
  L2_ADVERTISEMENTS,
  METALLB_NAMESPACE,
  type Resource,
} from '../../src/kubernetes/resources.ts';
import { make, unmake } from './made.ts';
import { GIVING, JOINED_BY } from './member-objects.ts';
import type { RegistrationTools } from './tools.ts';

const NAME = 'openmcp';
const KINDS = [IP_ADDRESS_POOLS, L2_ADVERTISEMENTS];
/** Of whoever may not look at pools, and of a member that does not know them. */
const NONE_THERE: readonly number[] = [403, 404];

/** By the registered kubeconfig: our own account may not write to MetalLB. */
export async function applyAddresses(
  tools: RegistrationTools,
  { ip, cluster }: Joining,
  addresses: string | null,
): Promise<Giving> {
  const client = await tools.connect(ip);
  try {
    if (addresses === null) {
      await takePool(client, null);
      return { kind: 'none' };
    }
    if (await givePool(client, addresses)) return { kind: 'given', addresses };
    const message = `${cluster} has no MetalLB in the namespace ${METALLB_NAMESPACE}: install it, ${ASK_AGAIN}`;
    return { kind: 'failed', reason: 'NoMetalLB', message };
  } finally {
    await client.close();
  }
}

/** False: there is no MetalLB. */
async function givePool(client: KubeClient, addresses: string): Promise<boolean> {
  const specs = [{ addresses: [addresses] }, { ipAddressPools: [NAME] }];
  try {
    for (const [index, resource] of KINDS.entries()) {
      await make(client, resource, objectOf(resource, specs[index]), 'refuse');
    }
    return true;
  } catch (error) {
    // Its kinds are not known, or its namespace is not there.
    if (codeOf(error) === ErrorCode.NotFound) return false;
    throw error;
  }
}

/** What `by` made, or with null all that is ours. */
export async function takePool(client: KubeClient, by: string | null): Promise<void> {
  for (const resource of KINDS.toReversed()) {
    try {
      await unmake(client, resource, { namespace: METALLB_NAMESPACE, name: NAME }, by);
    } catch (error) {
      if (!(error instanceof KubeError && NONE_THERE.includes(error.status))) throw error;
    }
  }
}

function objectOf(resource: Resource, spec: unknown): KubeObject {
  return {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    metadata: {
      namespace: METALLB_NAMESPACE,
      name: NAME,
      annotations: { [JOINED_BY]: GIVING },
    },
    spec,
  };
}
