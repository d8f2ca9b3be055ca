import { describe, expect, it } from '@jest/globals';
import {
  holds,
  isFor,
  sortOut,
} from '../../../../deploy/local/components/metallb-stand-in/pools.ts';
import { parseAddress } from '../../../../deploy/local/components/metallb-stand-in/ranges.ts';
import { pool } from './objects.ts';

describe('sortOut', () => {
  it('uses the older of two pools that overlap, and says what is wrong with the other', () => {
    const { usable, broken } = sortOut([
      pool('young', { addresses: ['10.0.0.8-10.0.0.20'] }, 2),
      pool('old', { addresses: ['10.0.0.0/28'] }, 1),
    ]);

    expect(usable.map(({ name }) => name)).toEqual(['old']);
    expect(broken).toEqual([
      {
        name: 'young',
        uid: 'uid-young',
        message:
          'ignored until it is corrected: 10.0.0.8-10.0.0.15 of spec.addresses is in IPAddressPool old too',
      },
    ]);
  });

  it('goes on with the others when one cannot be read, which takes nothing from them', () => {
    const { usable, broken } = sortOut([
      pool('typo', { addresses: ['10.0.0.0/28', '10.0.0/24'] }, 0),
      pool('shapeless', { addresses: 'all' }, 0),
      pool('good', { addresses: ['10.0.0.0/28'] }, 1),
    ]);

    expect(usable.map(({ name }) => name)).toEqual(['good']);
    expect(broken.map(({ message }) => message)).toEqual([
      expect.stringContaining('spec.addresses: '),
      expect.stringContaining('spec.addresses[1] "10.0.0/24"'),
    ]);
  });
});

it.each([
  { byte: 0, avoid: false, expected: true },
  { byte: 0, avoid: true, expected: false },
  { byte: 255, avoid: true, expected: false },
  { byte: 254, avoid: true, expected: true },
])('holds .$byte with avoidBuggyIPs $avoid: $expected', ({ byte, avoid, expected }) => {
  const [only] = sortOut([pool('p', { addresses: ['10.0.0.0/24'], avoidBuggyIPs: avoid })]).usable;

  expect(only && holds(only, parseAddress(`10.0.0.${byte}`) ?? -1)).toBe(expected);
});

const requirement = (key: string, operator: string, values: string[] = []) => ({
  matchExpressions: [{ key, operator, values }],
});

describe('isFor', () => {
  const web = { namespace: 'shop', labels: { app: 'web' } };
  const namespaces = new Map([['shop', { team: 'blue' }]]);

  it.each([
    { why: 'no rule', allocation: {}, expected: true },
    { why: 'its namespace', allocation: { namespaces: ['bank', 'shop'] }, expected: true },
    { why: 'other namespaces', allocation: { namespaces: ['bank'] }, expected: false },
    {
      why: 'labels of its namespace',
      allocation: { namespaceSelectors: [{ matchLabels: { team: 'blue' } }] },
      expected: true,
    },
    {
      why: 'a selector beside names of other namespaces',
      allocation: {
        namespaces: ['bank'],
        namespaceSelectors: [requirement('team', 'In', ['blue', 'red'])],
      },
      expected: true,
    },
    {
      why: 'labels of other namespaces',
      allocation: { namespaceSelectors: [requirement('team', 'NotIn', ['blue'])] },
      expected: false,
    },
    {
      why: 'its own labels',
      allocation: {
        serviceSelectors: [requirement('tier', 'Exists'), requirement('app', 'Exists')],
      },
      expected: true,
    },
    {
      why: 'labels of other Services',
      allocation: { serviceSelectors: [requirement('app', 'DoesNotExist')] },
      expected: false,
    },
    {
      why: 'its namespace, and labels of other Services',
      allocation: { namespaces: ['shop'], serviceSelectors: [{ matchLabels: { app: 'db' } }] },
      expected: false,
    },
  ])('with $why: $expected', ({ allocation, expected }) => {
    const some = pool('p', { addresses: ['10.0.0.0/28'], serviceAllocation: allocation });

    expect(isFor(some, web, namespaces)).toBe(expected);
  });
});
