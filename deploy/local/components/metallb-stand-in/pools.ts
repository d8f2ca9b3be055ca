/** IPAddressPools: which can be used, what is wrong with the others, and whom each is for. */

import * as z from 'zod';
import type { KubeObject } from '../../../../src/kubernetes/object.ts';
import {
  type AddressRange,
  contains,
  formatRange,
  overlap,
  type ParsedRanges,
  parseRanges,
} from './ranges.ts';
import { type Labels, Selector, selects } from './selectors.ts';

const Allocation = z.object({
  /** Lower comes first; 0 is none, and comes last. */
  priority: z.number().default(0),
  namespaces: z.array(z.string()).default([]),
  namespaceSelectors: z.array(Selector).default([]),
  serviceSelectors: z.array(Selector).default([]),
});

const Spec = z.object({
  addresses: z.array(z.string()),
  autoAssign: z.boolean().default(true),
  avoidBuggyIPs: z.boolean().default(false),
  serviceAllocation: Allocation.nullish().transform((given) => given ?? null),
});

export interface Pool {
  readonly name: string;
  readonly uid: string;
  readonly created: string;
  readonly addresses: ParsedRanges;
  readonly autoAssign: boolean;
  /** Addresses that end in .0 or .255 are left out. */
  readonly avoidBuggyIps: boolean;
  /** `null`: for every Service. */
  readonly allocation: z.infer<typeof Allocation> | null;
}

export interface UsablePool extends Pool {
  readonly ranges: readonly AddressRange[];
}

export interface BrokenPool {
  readonly name: string;
  readonly uid: string;
  readonly message: string;
}

export function poolOf({ metadata, spec }: KubeObject): Pool {
  const { name, uid = '', creationTimestamp: created = '' } = metadata;
  const parsed = Spec.safeParse(spec);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `spec.${path.join('.')}: ${message}`,
    );
    const addresses = { kind: 'broken', problems } as const;
    return {
      ...{ name, uid, created, addresses },
      ...{ autoAssign: false, avoidBuggyIps: false, allocation: null },
    };
  }
  const { addresses, autoAssign, avoidBuggyIPs, serviceAllocation } = parsed.data;
  return {
    ...{ name, uid, created, autoAssign, avoidBuggyIps: avoidBuggyIPs },
    addresses: parseRanges(addresses, 'spec.addresses'),
    allocation: serviceAllocation,
  };
}

/** Of two pools that overlap the older one is used. */
export function sortOut(pools: Iterable<Pool>): { usable: UsablePool[]; broken: BrokenPool[] } {
  const usable: UsablePool[] = [];
  const broken: BrokenPool[] = [];
  for (const pool of [...pools].toSorted(oldestFirst)) {
    const { name, uid, addresses } = pool;
    const problems =
      addresses.kind === 'broken' ? addresses.problems : overlaps(addresses.ranges, usable);
    if (addresses.kind === 'ranges' && problems.length === 0) {
      usable.push({ ...pool, ranges: addresses.ranges });
      continue;
    }
    const message = `ignored until it is corrected: ${problems.join('; ')}`;
    broken.push({ name, uid, message });
  }
  return { usable, broken };
}

export function holds(
  pool: Pick<UsablePool, 'ranges' | 'avoidBuggyIps'>,
  address: number,
): boolean {
  return contains(pool.ranges, address) && !(pool.avoidBuggyIps && isBuggy(address));
}

/** Some routers take these for the addresses of a network, or for all of its members. */
export function isBuggy(address: number): boolean {
  return [0, 255].includes(address % 256);
}

export interface Beneficiary {
  readonly namespace: string;
  readonly labels: Labels;
}

/** Whether the pool may serve this Service. */
export function isFor(
  { allocation }: Pick<Pool, 'allocation'>,
  { namespace, labels }: Beneficiary,
  namespaces: ReadonlyMap<string, Labels>,
): boolean {
  if (allocation === null) return true;
  const { namespaces: named, namespaceSelectors, serviceSelectors } = allocation;
  const isAnywhere = named.length + namespaceSelectors.length === 0;
  const ofNamespace = namespaces.get(namespace) ?? {};
  return (
    (isAnywhere ||
      named.includes(namespace) ||
      namespaceSelectors.some((selector) => selects(selector, ofNamespace))) &&
    (serviceSelectors.length === 0 || serviceSelectors.some((each) => selects(each, labels)))
  );
}

function overlaps(ranges: readonly AddressRange[], older: readonly UsablePool[]): string[] {
  return older.flatMap(({ name, ranges: others }) => {
    const both = overlap(ranges, others);
    return both === null
      ? []
      : [`${formatRange(both)} of spec.addresses is in IPAddressPool ${name} too`];
  });
}

function oldestFirst(one: Pool, other: Pool): number {
  return compare(one.created, other.created) || compare(one.name, other.name);
}

/** By code units: the order does not depend on the language of the machine. */
export function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
