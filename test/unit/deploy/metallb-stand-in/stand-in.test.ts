import { afterEach, beforeEach, expect, it } from '@jest/globals';
import pino from 'pino';
import { StandIn } from '../../../../deploy/local/components/metallb-stand-in/stand-in.ts';
import { eventually } from '../../../support/eventually.ts';
import { FakeCluster } from './fake-cluster.ts';
import { poolObject, serviceObject } from './objects.ts';

let cluster: FakeCluster;
let routes: Record<string, string>;
let standIn: StandIn;

function start(): void {
  const log = pino({ level: 'silent' });
  const onRoutes = (table: ReadonlyMap<string, string>) => {
    routes = Object.fromEntries(table);
  };
  standIn = new StandIn({ client: cluster.client(), onRoutes, log });
}

beforeEach(() => {
  cluster = new FakeCluster();
  routes = {};
  start();
});
afterEach(() => standIn.stop());

const node = (ready: string) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'real-0', uid: 'node' },
  status: {
    conditions: [{ type: 'Ready', status: ready }],
    addresses: [{ type: 'InternalIP', address: '172.30.0.2' }],
  },
});
const slice = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {
    ...{ name: 'web-x', namespace: 'shop', uid: 'slice' },
    labels: { 'kubernetes.io/service-name': 'web' },
  },
  endpoints: [{ nodeName: 'real-0', conditions: { ready: true } }],
};

it('gives a Service an address, routes it, and says so once', async () => {
  cluster.put('ipaddresspools', poolObject('small', { addresses: ['10.0.0.1/32'] }));
  cluster.put('nodes', node('True'));
  cluster.put('endpointslices', slice);
  cluster.put('services', serviceObject('web'));

  await eventually(() => expect(routes).toEqual({ '10.0.0.1': '172.30.0.2' }));
  await eventually(() => expect(cluster.events).toHaveLength(2));
  expect(cluster.addresses()).toEqual({ 'shop/web': '10.0.0.1' });

  cluster.put('nodes', node('False'));
  await eventually(() => expect(routes).toEqual({}));
  cluster.put('services', { ...cluster.service('shop/web'), note: 'changed in what is not ours' });
  cluster.put('nodes', node('True'));
  await eventually(() => expect(cluster.events).toHaveLength(3));

  const announcing = 'web: nodeAssigned: announcing from node "real-0" with protocol "layer2"';
  expect(cluster.events).toEqual([
    'web: IPAllocated: Assigned IP ["10.0.0.1"]',
    announcing,
    announcing,
  ]);
  expect(cluster.patches).toBe(1);
});

it('tells what is missing, and gives the address of a Service that is deleted to the next', async () => {
  cluster.put('services', serviceObject('web'));
  await eventually(() =>
    expect(cluster.events).toEqual([expect.stringContaining('web: AllocationFailed: ')]),
  );

  cluster.put('ipaddresspools', poolObject('small', { addresses: ['10.0.0.1/32'] }));
  await eventually(() => expect(cluster.addresses()).toEqual({ 'shop/web': '10.0.0.1' }));
  cluster.put('services', serviceObject('late', { created: 1 }));
  await eventually(() =>
    expect(cluster.events).toContainEqual(expect.stringContaining('late: AllocationFailed: ')),
  );

  cluster.delete('services', 'shop/web');
  await eventually(() => expect(cluster.addresses()).toEqual({ 'shop/late': '10.0.0.1' }));
});

it('clears the status of what is no LoadBalancer any more', async () => {
  cluster.put('ipaddresspools', poolObject('small', { addresses: ['10.0.0.1/32'] }));
  cluster.put('services', serviceObject('web', { shown: '10.0.0.1', spec: { type: 'NodePort' } }));

  await eventually(() => expect(cluster.addresses()).toEqual({ 'shop/web': null }));
  expect(cluster.patches).toBe(1);
});

it('tells of a broken pool on the pool', async () => {
  cluster.put('ipaddresspools', poolObject('typo', { addresses: ['10.0.0/24'] }));

  await eventually(() =>
    expect(cluster.events).toEqual([expect.stringContaining('typo: InvalidPool: ')]),
  );
});

it('never shows one address twice, also where two Services change places', async () => {
  const asks = (address: string) => ({ 'metallb.io/loadBalancerIPs': address });
  await standIn.stop();
  cluster.put('ipaddresspools', poolObject('small', { addresses: ['10.0.0.1-10.0.0.2'] }));
  cluster.put('services', serviceObject('a', { shown: '10.0.0.1', annotations: asks('10.0.0.2') }));
  cluster.put('services', serviceObject('b', { shown: '10.0.0.2', annotations: asks('10.0.0.1') }));
  start();

  await eventually(() =>
    expect(cluster.addresses()).toEqual({ 'shop/a': '10.0.0.2', 'shop/b': '10.0.0.1' }),
  );
  expect(cluster.shownTwice).toEqual([]);
});

it('keeps what it gave although something better came before it saw its own write', async () => {
  cluster.put('ipaddresspools', poolObject('small', { addresses: ['10.0.0.1-10.0.0.9'] }));
  cluster.put('services', serviceObject('first', { created: 0 }));
  await eventually(() => expect(cluster.addresses()).toEqual({ 'shop/first': '10.0.0.1' }));

  cluster.put('services', serviceObject('second', { created: 1 }));
  await eventually(() => expect(cluster.addresses()).toMatchObject({ 'shop/second': '10.0.0.2' }));
  cluster.delete('services', 'shop/first');
  cluster.put('services', serviceObject('third', { created: 2 }));

  await eventually(() =>
    expect(cluster.addresses()).toEqual({ 'shop/second': '10.0.0.2', 'shop/third': '10.0.0.1' }),
  );
});
