/** Bringing the statuses of Services to what was assigned, so that no two ever show the same address. */

import type { KubeClient, KubeObject } from '../../../../src/kubernetes/client.ts';
import { SERVICES } from '../../../../src/kubernetes/resources.ts';
import type { ServiceFacts } from './services.ts';

export interface Write {
  readonly service: ServiceFacts;
  /** `null` clears. */
  readonly address: string | null;
}

/**
 * What to write now. An address that another Service shows still is not written before that one has
 * lost it; its change brings the next look.
 */
export function writesFor(
  services: readonly ServiceFacts[],
  addresses: ReadonlyMap<string, string>,
): Write[] {
  const shownBy = Map.groupBy(services, ({ shown }) => shown?.address ?? null);
  return services.flatMap((service) => {
    const { shown, key } = service;
    const address = addresses.get(key) ?? null;
    if (isShown(shown, address)) return [];
    const others = address === null ? [] : (shownBy.get(address) ?? []);
    if (others.every((other) => other.key === key)) return [{ service, address }];
    return shown === null ? [] : [{ service, address: null }];
  });
}

/** The Service as it is then. One of the same name made since is a `Conflict`. */
export function writeStatus(
  client: KubeClient,
  { service, address }: Write,
  fieldManager: string,
): Promise<KubeObject> {
  const { namespace, name, uid } = service;
  const ingress = address === null ? null : [{ ip: address, ipMode: 'VIP' }];
  const body = { metadata: { uid }, status: { loadBalancer: { ingress } } };
  const options = { type: 'merge', subresource: 'status', fieldManager } as const;
  return client.patch(SERVICES, { namespace, name }, body, options);
}

function isShown(shown: ServiceFacts['shown'], address: string | null): boolean {
  if (address === null) return shown === null;
  return shown?.address === address && shown.exact;
}
