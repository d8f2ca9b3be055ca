import { describe, expect, it } from '@jest/globals';
import { assign } from '../../../../deploy/local/components/metallb-stand-in/assign.ts';
import { type Pool, sortOut } from '../../../../deploy/local/components/metallb-stand-in/pools.ts';
import type { ServiceFacts } from '../../../../deploy/local/components/metallb-stand-in/services.ts';
import { pool, type ServiceChange, service } from './objects.ts';

const NAMESPACES = new Map([
  ['shop', { team: 'blue' }],
  ['bank', { team: 'red' }],
]);

function assigned(services: readonly ServiceFacts[], pools: readonly Pool[]) {
  const world = { services, pools: sortOut(pools).usable, namespaces: NAMESPACES };
  const { addresses, problems } = assign(world);
  return { ...Object.fromEntries(addresses), problems: Object.fromEntries(problems) };
}

const small = pool('small', { addresses: ['10.0.0.1-10.0.0.2'] });
const asks = (address: string) => ({ annotations: { 'metallb.io/loadBalancerIPs': address } });
const from = (name: string) => ({ annotations: { 'metallb.io/address-pool': name } });

it('gives each Service an address of its own, and tells who gets none what to do', () => {
  const services = ['c', 'b', 'a'].map((name, created) => service(name, { created }));

  expect(assigned(services, [small])).toEqual({
    'shop/c': '10.0.0.1',
    'shop/b': '10.0.0.2',
    problems: {
      'shop/a':
        'no address is free in IPAddressPool small: add addresses to one, or delete a Service of type LoadBalancer',
    },
  });
});

it('leaves an address to the oldest of those that show it', () => {
  const services = [
    service('young', { created: 2, shown: '10.0.0.2' }),
    service('old', { created: 1, shown: '10.0.0.2' }),
  ];

  expect(assigned(services, [small])).toMatchObject({
    'shop/old': '10.0.0.2',
    'shop/young': '10.0.0.1',
  });
});

it('keeps what is shown before it gives to older ones', () => {
  const services = [
    service('old', { created: 1 }),
    service('young', { created: 2, shown: '10.0.0.1' }),
  ];

  expect(assigned(services, [small])).toMatchObject({
    'shop/old': '10.0.0.2',
    'shop/young': '10.0.0.1',
  });
});

it('gives the address that is asked for before it chooses for older ones', () => {
  const services = [service('old'), service('picky', { created: 5, ...asks('10.0.0.1') })];

  expect(assigned(services, [small])).toMatchObject({
    'shop/old': '10.0.0.2',
    'shop/picky': '10.0.0.1',
  });
});

describe('gives up what is shown', () => {
  const other = pool('other', { addresses: ['10.0.1.0/24'], autoAssign: false });

  it.each([
    { why: 'in no pool', change: { shown: '10.9.9.9' }, expected: '10.0.0.1' },
    {
      why: 'not the one asked for',
      change: { shown: '10.0.0.1', ...asks('10.0.0.2') },
      expected: '10.0.0.2',
    },
    {
      why: 'of another pool',
      change: { shown: '10.0.0.1', ...from('other') },
      expected: '10.0.1.0',
    },
  ])('when it is $why', ({ change, expected }) => {
    expect(assigned([service('web', change)], [small, other])).toMatchObject({
      'shop/web': expected,
    });
  });

  it('not when its pool no longer assigns by itself', () => {
    const web = service('web', { shown: '10.0.1.7' });

    expect(assigned([web], [small, other])).toMatchObject({ 'shop/web': '10.0.1.7' });
  });
});

describe('pools', () => {
  const forShop = (name: string, byte: number, priority?: number) =>
    pool(name, {
      addresses: [`10.0.${byte}.1/32`],
      serviceAllocation: { priority, namespaces: ['shop'] },
    });

  it('prefers those that select the Service, by priority, to those for all', () => {
    const pools = [small, forShop('last', 1), forShop('second', 2, 20), forShop('first', 3, 10)];
    const services = ['a', 'b', 'c', 'd'].map((name, created) => service(name, { created }));

    expect(assigned([...services, service('x', { namespace: 'bank', created: 9 })], pools)).toEqual(
      {
        'shop/a': '10.0.3.1',
        'shop/b': '10.0.2.1',
        'shop/c': '10.0.1.1',
        'shop/d': '10.0.0.1',
        'bank/x': '10.0.0.2',
        problems: {},
      },
    );
  });

  it('leaves out .0 and .255 where it is told to', () => {
    const wide = pool('wide', { addresses: ['10.0.0.255-10.0.1.1'], avoidBuggyIPs: true });

    expect(assigned([service('web')], [wide])).toMatchObject({ 'shop/web': '10.0.1.1' });
  });
});

describe('tells', () => {
  const manual = pool('manual', { addresses: ['10.0.1.0/24'], autoAssign: false });
  const bankOnly = pool('bank-only', {
    addresses: ['10.0.2.0/24'],
    serviceAllocation: { namespaces: ['bank'] },
  });
  const holder = service('holder', { shown: '10.0.0.1' });
  const shares = { 'metallb.io/loadBalancerIPs': '10.0.0.1', 'metallb.io/allow-shared-ip': 'key' };

  it.each<{ what: string; change: ServiceChange; pools: Pool[]; problem: string }>([
    {
      what: 'no pool',
      change: {},
      pools: [],
      problem: 'no IPAddressPool in namespace metallb-system',
    },
    { what: 'only manual ones', change: {}, pools: [manual], problem: 'see autoAssign' },
    {
      what: 'an unknown pool',
      change: from('x'),
      pools: [small],
      problem: 'asks for IPAddressPool x, which is not there',
    },
    {
      what: "others' pool",
      change: from('bank-only'),
      pools: [bankOnly],
      problem: 'IPAddressPool bank-only is for other Services',
    },
    {
      what: "an address of others' pool",
      change: asks('10.0.2.1'),
      pools: [bankOnly],
      problem: 'is for other Services',
    },
    {
      what: 'an address of no pool',
      change: asks('10.9.9.9'),
      pools: [small],
      problem: '10.9.9.9 is in no IPAddressPool',
    },
    {
      what: 'a taken address',
      change: asks('10.0.0.1'),
      pools: [small],
      problem: '10.0.0.1 belongs to Service shop/holder: ask',
    },
    {
      what: 'a wish to share',
      change: { annotations: shares },
      pools: [small],
      problem: 'allow-shared-ip is not supported',
    },
    {
      what: 'an address of another than the named pool',
      change: { annotations: { ...asks('10.0.1.1').annotations, ...from('small').annotations } },
      pools: [small, manual],
      problem: 'is in IPAddressPool manual, and annotation metallb.io/address-pool asks for small',
    },
  ])('of $what', ({ change, pools, problem }) => {
    const { problems } = assigned([holder, service('web', { created: 1, ...change })], pools);

    expect(problems['shop/web']).toContain(problem);
  });
});
