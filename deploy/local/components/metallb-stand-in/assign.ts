/**
 * Which Service gets which address. Pure: the same Services and pools give the same answer.
 *
 * Nothing is remembered but in the statuses of the Services. What a Service shows it keeps if it may;
 * then come those that ask for one address, then the rest; among equals the oldest first.
 */

import { METALLB_NAMESPACE } from '../../../../src/kubernetes/resources.ts';
import { compare, holds, isBuggy, isFor, type UsablePool } from './pools.ts';
import { formatAddress, freeAddresses, parseAddress } from './ranges.ts';
import type { Labels } from './selectors.ts';
import { KEYS, type ServiceFacts, type Wish } from './services.ts';

export interface World {
  readonly services: readonly ServiceFacts[];
  readonly pools: readonly UsablePool[];
  /** Labels of each namespace. */
  readonly namespaces: ReadonlyMap<string, Labels>;
}

/** By the key of the Service: each that wants an address is in one of the two. */
export interface Assignments {
  readonly addresses: ReadonlyMap<string, string>;
  /** Why it gets none, and what to do about it. */
  readonly problems: ReadonlyMap<string, string>;
}

export function assign(world: World): Assignments {
  const book = new Book(world);
  const inOrder = world.services.filter(isBalanced).toSorted(oldestFirst);
  const homeless = inOrder.filter((service) => !book.keep(service));
  for (const service of homeless) if (service.wish.kind !== 'any') book.grant(service);
  for (const service of homeless) if (service.wish.kind === 'any') book.grant(service);
  return book;
}

type Balanced = ServiceFacts & { readonly wish: Wish };

function isBalanced(service: ServiceFacts): service is Balanced {
  return service.wish !== null;
}

function oldestFirst(one: ServiceFacts, other: ServiceFacts): number {
  return compare(one.created, other.created) || compare(one.key, other.key);
}

class Book implements Assignments {
  readonly addresses = new Map<string, string>();
  readonly problems = new Map<string, string>();
  readonly #owners = new Map<string, Balanced>();
  /** Of each pool what was not given yet: it only gets less, so nobody begins anew. */
  readonly #free = new Map<string, Iterator<number, undefined>>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  keep(service: Balanced): boolean {
    const { wish, shown } = service;
    const address = shown?.address ?? null;
    if (address === null || wish.kind === 'unusable') return false;
    if (wish.kind === 'address' && wish.address !== address) return false;
    if (this.#obstacle(service, address) !== null) return false;
    this.#give(service, address);
    return true;
  }

  grant(service: Balanced): void {
    const answer = this.#answer(service, service.wish);
    if ('address' in answer) this.#give(service, answer.address);
    else this.problems.set(service.key, answer.problem);
  }

  #answer(service: Balanced, wish: Wish): { address: string } | { problem: string } {
    if (wish.kind === 'unusable') return { problem: wish.reason };
    if (wish.kind === 'address') {
      const problem = this.#obstacle(service, wish.address);
      return problem === null ? { address: wish.address } : { problem };
    }
    const pools = this.#candidates(service, wish.pool);
    if (typeof pools === 'string') return { problem: pools };
    for (const pool of pools) {
      const free = this.#next(pool);
      if (free !== undefined) return { address: formatAddress(free) };
    }
    const names = pools.map(({ name }) => name).join(', ');
    const advice = 'add addresses to one, or delete a Service of type LoadBalancer';
    return { problem: `no address is free in IPAddressPool ${names}: ${advice}` };
  }

  /** What keeps the Service from having this address; `null` when nothing does. */
  #obstacle(service: Balanced, address: string): string | null {
    const { wish, wouldShare } = service;
    const pool = this.#world.pools.find((each) => holds(each, parseAddress(address) ?? -1));
    if (pool === undefined) {
      return `${address} is in no IPAddressPool that can be used: ask for another, or add it to one`;
    }
    if (wish.kind !== 'unusable' && (wish.pool ?? pool.name) !== pool.name) {
      return `${address} is in IPAddressPool ${pool.name}, and annotation ${KEYS.pool} asks for ${wish.pool}`;
    }
    if (!isFor(pool, service, this.#world.namespaces)) return notFor(pool);
    const owner = this.#owners.get(address);
    if (owner === undefined) return null;
    const refusal = wouldShare ? ` (${KEYS.sharing} is not supported by the stand-in)` : '';
    return `${address} belongs to Service ${owner.key}${refusal}: ask for another, or delete that Service`;
  }

  /** In the order to try them, at least one; or why there is none. */
  #candidates(service: Balanced, named: string | null): readonly UsablePool[] | string {
    const { pools, namespaces } = this.#world;
    if (named !== null) {
      const pool = pools.find(({ name }) => name === named);
      if (pool === undefined) {
        return `annotation ${KEYS.pool} asks for IPAddressPool ${named}, which is not there or cannot be used: correct either`;
      }
      return isFor(pool, service, namespaces) ? [pool] : notFor(pool);
    }
    const found = pools
      .filter((pool) => pool.autoAssign && isFor(pool, service, namespaces))
      .toSorted((one, other) => rank(one) - rank(other) || compare(one.name, other.name));
    if (found.length > 0) return found;
    return `no IPAddressPool in namespace ${METALLB_NAMESPACE} gives addresses to this Service: create one, or see autoAssign and serviceAllocation of those there`;
  }

  #next(pool: UsablePool): number | undefined {
    const isTaken = (address: number): boolean =>
      this.#owners.has(formatAddress(address)) || (pool.avoidBuggyIps && isBuggy(address));
    const free = this.#free.get(pool.name) ?? freeAddresses(pool.ranges, isTaken);
    this.#free.set(pool.name, free);
    return free.next().value;
  }

  #give(service: Balanced, address: string): void {
    this.#owners.set(address, service);
    this.addresses.set(service.key, address);
  }
}

/** Pools that select Services come before those for all. */
function rank({ allocation }: UsablePool): number {
  if (allocation === null) return Infinity;
  return allocation.priority > 0 ? allocation.priority : Number.MAX_VALUE;
}

function notFor({ name }: UsablePool): string {
  return `IPAddressPool ${name} is for other Services: see its spec.serviceAllocation, or ask for another`;
}
