import { expect, it } from '@jest/globals';
import { assign } from '../../../../deploy/local/components/metallb-stand-in/assign.ts';
import {
  holds,
  isFor,
  type Pool,
  sortOut,
} from '../../../../deploy/local/components/metallb-stand-in/pools.ts';
import { parseAddress } from '../../../../deploy/local/components/metallb-stand-in/ranges.ts';
import type { ServiceFacts } from '../../../../deploy/local/components/metallb-stand-in/services.ts';
import { type Random, seeded } from '../../../support/random.ts';
import { pool, service } from './objects.ts';

const NAMESPACES = new Map([
  ['shop', { team: 'blue' }],
  ['bank', { team: 'red' }],
]);

it.each(Array.from({ length: 300 }, (_, seed) => seed))(
  'holds what it promises, whatever the Services and pools (seed %i)',
  (seed) => {
    const random = seeded(seed);
    const pools = sortOut(randomPools(random)).usable;
    const services = randomServices(random);
    const world = { services, pools, namespaces: NAMESPACES };

    const { addresses, problems } = assign(world);

    const given = [...addresses.values()];
    expect(new Set(given).size).toBe(given.length);
    const answered = [...addresses.keys(), ...problems.keys()].toSorted();
    expect(answered).toEqual(services.map(({ key }) => key).toSorted());
    for (const each of services) expectAllowed(each, addresses.get(each.key), pools);

    const shown = services.map((each) => ({ ...each, shown: shows(addresses.get(each.key)) }));
    const again = assign({ ...world, services: random.shuffle(shown) });
    expect(Object.fromEntries(again.addresses)).toEqual(Object.fromEntries(addresses));
  },
);

function expectAllowed(
  each: ServiceFacts,
  address: string | undefined,
  pools: ReturnType<typeof sortOut>['usable'],
): void {
  if (address === undefined) return;
  const home = pools.find((candidate) => holds(candidate, parseAddress(address) ?? -1));
  expect(home !== undefined && isFor(home, each, NAMESPACES)).toBe(true);
  expect(address).toBe(asked(each, address));
  const isFound = home?.autoAssign === true || each.shown?.address === address;
  expect(isFound || isNamed(each, address)).toBe(true);
}

function asked({ wish }: ServiceFacts, otherwise: string): string {
  return wish?.kind === 'address' ? wish.address : otherwise;
}

/** By its pool or itself. */
function isNamed({ wish }: ServiceFacts, address: string): boolean {
  if (wish?.kind === 'address') return wish.address === address;
  return wish?.kind === 'any' && wish.pool !== null;
}

const shows = (address: string | undefined) =>
  address === undefined ? null : { address, exact: true };

function randomPools(random: Random): Pool[] {
  return Array.from({ length: random.between(0, 5) }, (_, index) => {
    const first = random.between(0, 20);
    const range = `10.0.0.${first}-10.0.0.${first + random.between(0, 6)}`;
    const allocation = random.pick([
      undefined,
      { namespaces: ['shop'], priority: random.between(0, 3) },
      { namespaceSelectors: [{ matchLabels: { team: 'red' } }] },
      { serviceSelectors: [{ matchLabels: { app: 'web' } }], priority: random.between(0, 3) },
    ]);
    const spec = {
      addresses: random.pick([[range], [range, '10.0.1.0/30'], ['10.0.0.0/24x'], [range]]),
      autoAssign: random.between(0, 3) > 0,
      avoidBuggyIPs: random.between(0, 1) === 0,
      serviceAllocation: allocation,
    };
    return pool(`pool-${index}`, spec, random.between(0, 3));
  });
}

function randomServices(random: Random): ServiceFacts[] {
  const someAddress = () => `10.0.0.${random.between(0, 26)}`;
  return Array.from({ length: random.between(0, 15) }, (_, index) =>
    service(`service-${index}`, {
      namespace: random.pick(['shop', 'bank']),
      created: random.between(0, 3),
      labels: random.pick([{}, { app: 'web' }]),
      annotations: random.pick<Readonly<Record<string, string>>>([
        {},
        {},
        { 'metallb.io/loadBalancerIPs': someAddress() },
        { 'metallb.universe.tf/address-pool': `pool-${random.between(0, 5)}` },
      ]),
      shown: random.pick([null, null, someAddress()]),
    }),
  );
}
