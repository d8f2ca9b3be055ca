import { describe, expect, it } from '@jest/globals';
import { ClusterName } from '../../../../src/api/meta.ts';
import { roundRobin } from '../../../../src/scheduler/divide/round-robin.ts';
import type { Offer } from '../../../../src/scheduler/framework.ts';
import { workload } from '../../../fakes/fleet.ts';

const offer = (name: string, most = 99, current = 0): Offer => ({
  cluster: ClusterName.parse(name),
  region: '',
  zone: '',
  current,
  most,
});

function divide(name: string, replicas: number, offers: readonly Offer[]) {
  const division = roundRobin(workload({ name, replicas }), offers);
  if (division.kind !== 'divided') return null;
  return Object.fromEntries(
    offers.map(({ cluster }, index) => [cluster, division.replicas[index]]),
  );
}

describe('roundRobin', () => {
  it('deals in turns', () => {
    expect(divide('web', 6, [offer('one'), offer('two'), offer('three')])).toEqual({
      one: 2,
      two: 2,
      three: 2,
    });
  });

  it('passes over clusters that are full', () => {
    expect(divide('web', 6, [offer('one', 1), offer('two')])).toEqual({ one: 1, two: 5 });
    expect(divide('web', 6, [offer('one', 1), offer('two', 1)])).toBeNull();
  });

  it('does not care which cluster scored best', () => {
    const offers = [offer('one'), offer('two'), offer('three')];

    expect(divide('web', 4, offers.toReversed())).toEqual(divide('web', 4, offers));
  });

  it('starts each workload at a cluster of its own, always the same', () => {
    const offers = [offer('one'), offer('two'), offer('three')];
    const landed = { one: 0, two: 0, three: 0 };
    for (let index = 0; index < 300; index += 1) {
      const shares = divide(`web-${index}`, 1, offers);
      expect(divide(`web-${index}`, 1, offers)).toEqual(shares);
      for (const name of ['one', 'two', 'three'] as const) landed[name] += shares?.[name] ?? 0;
    }

    expect(Math.min(landed.one, landed.two, landed.three)).toBeGreaterThan(60);
  });

  it('goes on from what is there', () => {
    expect(divide('web', 5, [offer('one', 99, 4), offer('two', 99, 0)])).toEqual({
      one: 4,
      two: 1,
    });
  });
});
