import { describe, expect, it } from '@jest/globals';
import {
  type AnnouncingNode,
  announce,
  announcingNode,
  servingNodes,
} from '../../../../deploy/local/components/metallb-stand-in/announce.ts';

const node = (index: number): AnnouncingNode => ({
  name: `node-${index}`,
  address: `172.30.0.${index}`,
});
const NODES = [1, 2, 3, 4].map(node);
const web = { key: 'shop/web', address: '10.0.0.1', local: false };
const on = (...nodes: string[]) => ({ service: 'shop/web', nodes });

describe('announce', () => {
  it('announces from one of the nodes, with endpoints wherever they are', () => {
    const chosen = announce({ announced: [web], nodes: NODES, endpoints: [on('elsewhere')] });

    expect(NODES).toContain(chosen.get('10.0.0.1'));
  });

  it('announces from a node with an endpoint where traffic must stay local', () => {
    const local = { ...web, local: true };
    const endpoints = [on('node-3'), on('elsewhere')];

    expect(announce({ announced: [local], nodes: NODES, endpoints }).get('10.0.0.1')).toEqual(
      node(3),
    );
    expect(announce({ announced: [local], nodes: NODES, endpoints: [on('elsewhere')] }).size).toBe(
      0,
    );
  });

  it('announces nothing without endpoints, or without nodes', () => {
    expect(announce({ announced: [web], nodes: NODES, endpoints: [] }).size).toBe(0);
    expect(announce({ announced: [web], nodes: [], endpoints: [on('node-1')] }).size).toBe(0);
  });

  it('moves only the addresses of a node that goes, and uses every node', () => {
    const announced = Array.from({ length: 200 }, (_, index) => ({
      ...web,
      address: `10.0.0.${index}`,
    }));
    const endpoints = [on('node-1')];
    const before = announce({ announced, nodes: NODES, endpoints });
    const after = announce({ announced, nodes: NODES.slice(1).toReversed(), endpoints });

    expect(new Set([...before.values()].map(({ name }) => name)).size).toBe(NODES.length);
    const others = [...before].filter(([, { name }]) => name !== 'node-1');
    for (const [address, { name }] of others) expect(after.get(address)?.name).toBe(name);
  });
});

describe('announcingNode', () => {
  const READY = { type: 'Ready', status: 'True' };
  const real = (change: { metadata?: object; conditions?: object[]; addresses?: object[] } = {}) =>
    announcingNode({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'node-1', ...change.metadata },
      status: {
        conditions: change.conditions ?? [READY],
        addresses: change.addresses ?? [
          { type: 'Hostname', address: 'node-1' },
          { type: 'InternalIP', address: '2001:db8::1' },
          { type: 'InternalIP', address: '172.30.0.1' },
        ],
      },
    });

  it('is one that is ready, by its first IPv4 address', () => {
    expect(real()).toEqual({ name: 'node-1', address: '172.30.0.1' });
  });

  it.each([
    { what: 'of KWOK', change: { metadata: { annotations: { 'kwok.x-k8s.io/node': 'fake' } } } },
    {
      what: 'excluded',
      change: {
        metadata: { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } },
      },
    },
    { what: 'not ready', change: { conditions: [{ type: 'Ready', status: 'Unknown' }] } },
    { what: 'new', change: { conditions: [] } },
    {
      what: 'cut off',
      change: { conditions: [READY, { type: 'NetworkUnavailable', status: 'True' }] },
    },
    { what: 'without an address', change: { addresses: [] } },
  ])('is none that is $what', ({ change }) => {
    expect(real(change)).toBeNull();
  });
});

it('takes the nodes of endpoints that serve, and no slice without one', () => {
  const slice = (...endpoints: object[]) =>
    servingNodes({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: 'web-x',
        namespace: 'shop',
        labels: { 'kubernetes.io/service-name': 'web' },
      },
      endpoints,
    });
  const found = slice(
    { nodeName: 'b', conditions: { ready: true } },
    { nodeName: 'a' },
    { nodeName: 'b', conditions: { ready: true, serving: true } },
    { nodeName: 'c', conditions: { ready: false } },
    { nodeName: 'd', conditions: { ready: false, serving: true, terminating: true } },
    { conditions: { ready: true } },
  );

  expect(found).toEqual({ service: 'shop/web', nodes: ['', 'a', 'b', 'd'] });
  expect(slice({ nodeName: 'c', conditions: { ready: false } })).toBeNull();
});
