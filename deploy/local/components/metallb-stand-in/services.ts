/** What a Service asks for, and what its status shows. */

import * as z from 'zod';
import { type KubeObject, keyOf } from '../../../../src/kubernetes/object.ts';
import { parseAddress } from './ranges.ts';
import type { Labels } from './selectors.ts';

export const KEYS = {
  addresses: 'metallb.io/loadBalancerIPs',
  pool: 'metallb.io/address-pool',
  sharing: 'metallb.io/allow-shared-ip',
} as const;
/** How annotations were spelled before; the new spelling wins. */
const FORMER_PREFIX = 'metallb.universe.tf/';
/** Services of another class are another implementation's. */
const OUR_CLASS = 'metallb.io/metallb';

export type Wish =
  /** Any address, of this pool if one is named. */
  | { readonly kind: 'any'; readonly pool: string | null }
  | { readonly kind: 'address'; readonly address: string; readonly pool: string | null }
  | { readonly kind: 'unusable'; readonly reason: string };

export interface ServiceFacts {
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly version: string;
  readonly created: string;
  readonly labels: Labels;
  /** `null`: it is no LoadBalancer (any more), only its status says so still. */
  readonly wish: Wish | null;
  /** It would share its address; said where that is why it gets none. */
  readonly wouldShare: boolean;
  /** externalTrafficPolicy Local: nodes without an endpoint drop what comes for it. */
  readonly local: boolean;
  /** In its status; `null` when nothing is there. */
  readonly shown: Shown | null;
}

export interface Shown {
  /** The first IPv4 address. */
  readonly address: string | null;
  /** That address, written as we do, and nothing else. */
  readonly exact: boolean;
}

const Service = z.object({
  metadata: z.object({
    namespace: z.string().default(''),
    name: z.string(),
    uid: z.string().default(''),
    resourceVersion: z.string().default(''),
    creationTimestamp: z.string().default(''),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  spec: z.object({
    type: z.string().default('ClusterIP'),
    loadBalancerClass: z.string().default(OUR_CLASS),
    loadBalancerIP: z.string().default(''),
    ipFamilies: z.array(z.string()).default(['IPv4']),
    externalTrafficPolicy: z.string().default('Cluster'),
  }),
  status: z
    .object({
      loadBalancer: z
        .object({ ingress: z.array(z.record(z.string(), z.unknown())).default([]) })
        .prefault({}),
    })
    .prefault({}),
});
type Service = z.infer<typeof Service>;

/** `null`: no business of ours. */
export function serviceFacts(object: KubeObject): ServiceFacts | null {
  const { metadata, spec, status } = Service.parse(object);
  const isBalancer = spec.type === 'LoadBalancer';
  const shown = shownIn(status.loadBalancer.ingress);
  if (isBalancer ? spec.loadBalancerClass !== OUR_CLASS : shown === null) return null;
  const { namespace, name, uid, labels, annotations } = metadata;
  return {
    ...{ key: keyOf(object), namespace, name, uid, shown },
    version: metadata.resourceVersion,
    created: metadata.creationTimestamp,
    labels: isBalancer ? labels : {},
    wish: isBalancer ? wishOf(spec, annotations) : null,
    wouldShare: annotationIn(annotations, KEYS.sharing) !== '',
    local: spec.externalTrafficPolicy === 'Local',
  };
}

function wishOf(spec: Service['spec'], annotations: Labels): Wish {
  const listed = annotationIn(annotations, KEYS.addresses);
  const pool = annotationIn(annotations, KEYS.pool) || null;
  if (!spec.ipFamilies.includes('IPv4')) {
    return unusable('it is a Service of IPv6 alone, and only IPv4 addresses are given');
  }
  if (listed !== '' && spec.loadBalancerIP !== '') {
    return unusable(`give either the annotation ${KEYS.addresses} or spec.loadBalancerIP`);
  }
  const asked = listed || spec.loadBalancerIP;
  if (asked === '') return { kind: 'any', pool };
  const field = listed === '' ? 'spec.loadBalancerIP' : `annotation ${KEYS.addresses}`;
  const address = asked.trim();
  if (parseAddress(address) !== null) return { kind: 'address', address, pool };
  return unusable(`${field} "${asked}" must be one IPv4 address`);
}

function unusable(reason: string): Wish {
  return { kind: 'unusable', reason };
}

function annotationIn(annotations: Labels, key: string): string {
  const former = key.replace(/^[^/]*\//, FORMER_PREFIX);
  return annotations[key] ?? annotations[former] ?? '';
}

function shownIn(ingress: readonly Readonly<Record<string, unknown>>[]): Shown | null {
  const [first, ...others] = ingress;
  if (first === undefined) return null;
  const [address = null] = ingress.flatMap(({ ip }) =>
    typeof ip === 'string' && parseAddress(ip) !== null ? [ip] : [],
  );
  const { ip, ipMode, ...rest } = first;
  const isOurs = ip === address && ipMode === 'VIP' && Object.keys(rest).length === 0;
  return { address, exact: isOurs && others.length === 0 };
}
