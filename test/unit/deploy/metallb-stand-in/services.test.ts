import { describe, expect, it } from '@jest/globals';
import { serviceFacts } from '../../../../deploy/local/components/metallb-stand-in/services.ts';
import { service, serviceObject } from './objects.ts';

describe('whose Service it is', () => {
  it.each([
    { what: 'a LoadBalancer', spec: {}, ours: true },
    { what: 'one of our class', spec: { loadBalancerClass: 'metallb.io/metallb' }, ours: true },
    { what: 'one of another class', spec: { loadBalancerClass: 'cloud/lb' }, ours: false },
    { what: 'a ClusterIP', spec: { type: 'ClusterIP' }, ours: false },
  ])('$what: $ours', ({ spec, ours }) => {
    expect(serviceFacts(serviceObject('web', { spec })) !== null).toBe(ours);
  });

  it('is looked at while it shows an address of the time when it was a LoadBalancer', () => {
    const former = service('web', { spec: { type: 'ClusterIP' }, shown: '10.0.0.1' });

    expect(former).toMatchObject({ wish: null, shown: { address: '10.0.0.1' } });
  });
});

describe('what it wishes for', () => {
  const any = { kind: 'any', pool: null };
  it.each([
    { what: 'nothing said', change: {}, wish: any },
    {
      what: 'a pool',
      change: { annotations: { 'metallb.io/address-pool': 'gold' } },
      wish: { kind: 'any', pool: 'gold' },
    },
    {
      what: 'a pool in the old spelling',
      change: { annotations: { 'metallb.universe.tf/address-pool': 'gold' } },
      wish: { kind: 'any', pool: 'gold' },
    },
    {
      what: 'an address in both spellings, of which the new one counts',
      change: {
        annotations: {
          'metallb.universe.tf/loadBalancerIPs': '10.0.0.1',
          'metallb.io/loadBalancerIPs': '10.0.0.2',
        },
      },
      wish: { kind: 'address', address: '10.0.0.2', pool: null },
    },
    {
      what: 'an address in the spec',
      change: { spec: { loadBalancerIP: '10.0.0.3' } },
      wish: { kind: 'address', address: '10.0.0.3', pool: null },
    },
    {
      what: 'an address in both places',
      change: {
        spec: { loadBalancerIP: '10.0.0.3' },
        annotations: { 'metallb.io/loadBalancerIPs': '10.0.0.3' },
      },
      wish: { kind: 'unusable', reason: expect.stringContaining('either') },
    },
    {
      what: 'two addresses',
      change: { annotations: { 'metallb.io/loadBalancerIPs': '10.0.0.3,10.0.0.4' } },
      wish: { kind: 'unusable', reason: expect.stringContaining('must be one IPv4 address') },
    },
    {
      what: 'IPv6',
      change: { spec: { ipFamilies: ['IPv6'] } },
      wish: { kind: 'unusable', reason: expect.stringContaining('IPv6') },
    },
    { what: 'both families', change: { spec: { ipFamilies: ['IPv6', 'IPv4'] } }, wish: any },
  ])('$what', ({ change, wish }) => {
    expect(service('web', change).wish).toEqual(wish);
  });
});

it.each([
  { what: 'as we write it', ingress: [{ ip: '10.0.0.1', ipMode: 'VIP' }], exact: true },
  { what: 'without a mode', ingress: [{ ip: '10.0.0.1' }], exact: false },
  { what: 'after a name', ingress: [{ hostname: 'x' }, { ip: '10.0.0.1' }], exact: false },
  {
    what: 'with a second one',
    ingress: [
      { ip: '10.0.0.1', ipMode: 'VIP' },
      { ip: '10.0.0.2', ipMode: 'VIP' },
    ],
    exact: false,
  },
])('reads the address that is shown $what', ({ ingress, exact }) => {
  const object = { ...serviceObject('web'), status: { loadBalancer: { ingress } } };

  expect(serviceFacts(object)?.shown).toEqual({ address: '10.0.0.1', exact });
});
