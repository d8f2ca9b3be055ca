import { describe, expect, it } from '@jest/globals';
import {
  BLOCKS,
  innerPlace,
  linkOf,
  MOST_REAL_MEMBERS,
  MOST_REAL_NODES,
} from '../../../../deploy/local/components/network/addresses.ts';

const numberOf = (address: string) =>
  address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const single = (address: string): [number, number] => [numberOf(address), numberOf(address)];
function range(cidr: string): [number, number] {
  const [address = '', bits = ''] = cidr.split('/');
  const first = numberOf(address);
  return [first, first + 2 ** (32 - Number(bits)) - 1];
}

/** Everything that a fleet of the largest size gives to someone. */
function all(block: number): [number, number][] {
  const { host, router } = linkOf(block);
  return [
    single(host),
    single(router),
    ...Array.from({ length: MOST_REAL_MEMBERS }, (_, index) => {
      const place = innerPlace(block, index, `m${index}`, MOST_REAL_NODES);
      const { from, to } = place.loadBalancers;
      return [
        single(place.api),
        [numberOf(from), numberOf(to)] as [number, number],
        ...place.nodes.flatMap(({ address, pods }) => [single(address), range(pods)]),
      ];
    }).flat(),
  ];
}

describe('the addresses of real nodes', () => {
  it('are given once, to any member, node, pod and Service of any fleet', () => {
    const given = Array.from({ length: BLOCKS }, (_, block) => all(block))
      .flat()
      .toSorted(([one], [other]) => one - other);

    for (const [index, [first, last]] of given.entries()) {
      expect(first).toBeLessThanOrEqual(last);
      expect(first).toBeGreaterThan(given[index - 1]?.[1] ?? 0);
    }
  });

  it.each(Array.from({ length: BLOCKS }, (_, block) => block))(
    'of fleet %d are within what is routed to it',
    (block) => {
      const [first, last] = range(linkOf(block).range);
      for (const [from, to] of all(block)) {
        expect(from).toBeGreaterThanOrEqual(first);
        expect(to).toBeLessThanOrEqual(last);
      }
    },
  );

  it('are those that are set apart for tests of networks', () => {
    const [first, last] = range('198.18.0.0/15');
    const given = Array.from({ length: BLOCKS }, (_, block) => all(block)).flat();
    expect(Math.min(...given.map(([from]) => from))).toBeGreaterThanOrEqual(first);
    expect(Math.max(...given.map(([, to]) => to))).toBeLessThanOrEqual(last);
  });

  it('read as the drawing says', () => {
    expect(linkOf(5)).toEqual({
      name: 'openmcp5',
      range: '198.19.64.0/18',
      host: '198.19.64.1',
      router: '198.19.64.2',
    });
    expect(innerPlace(0, 1, 'cluster2', 1)).toEqual({
      api: '198.18.8.1',
      loadBalancers: { from: '198.18.8.129', to: '198.18.8.254' },
      nodes: [{ name: 'cluster2-node-0', address: '198.18.8.2', pods: '198.18.9.0/26' }],
    });
  });
});
