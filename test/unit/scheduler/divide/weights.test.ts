import { describe, expect, it } from '@jest/globals';
import { ClusterName } from '../../../../src/api/meta.ts';
import { weights } from '../../../../src/scheduler/divide/weights.ts';
import type { Offer } from '../../../../src/scheduler/framework.ts';
import { workload } from '../../../fakes/fleet.ts';

const NAMES = ['one', 'two', 'three'] as const;

function divide(parts: readonly Part[], replicas: number) {
  const offers = parts.map(
    ([, most, current = 0], index): Offer => ({
      cluster: ClusterName.parse(NAMES[index]),
      region: '',
      zone: '',
      current,
      most,
    }),
  );
  const given = Object.fromEntries(parts.map(([weight], index) => [NAMES[index], weight]));
  const division = weights(workload({ replicas, weights: given }), offers);
  return division.kind === 'divided' ? division.replicas : null;
}

type Part = [weight: number, most: number, current?: number];
type Case = [parts: Part[], replicas: number, shares: number[] | null, why: string];

describe('weights', () => {
  it.each([
    [
      [
        [3, 99],
        [1, 99],
      ],
      8,
      [6, 2],
      'exact shares',
    ],
    [
      [
        [1, 99],
        [1, 99],
        [1, 99],
      ],
      4,
      [2, 1, 1],
      'equal remainders: the best',
    ],
    [
      [
        [5, 99],
        [3, 99],
        [1, 99],
      ],
      10,
      [6, 3, 1],
      'the largest remainder',
    ],
    [
      [
        [1, 99],
        [0, 99],
      ],
      4,
      [4, 0],
      'no weight, no replica',
    ],
    [
      [
        [3, 2],
        [1, 99],
      ],
      8,
      [2, 6],
      'what the first cannot hold goes to the second',
    ],
    [
      [
        [4, 2],
        [2, 99],
        [1, 99],
      ],
      8,
      [2, 4, 2],
      'and is dealt by weight among the others',
    ],
    [
      [
        [1, 2],
        [1, 2],
      ],
      5,
      null,
      'more than all can hold',
    ],
    [
      [
        [1, 99, 1],
        [1, 99, 2],
      ],
      3,
      [1, 2],
      'equal remainders: whoever has it keeps it',
    ],
    [
      [
        [1, 99, 6],
        [1, 99, 0],
      ],
      6,
      [3, 3],
      'weights are followed even where that moves some',
    ],
    [
      [
        [1000000, 1000000],
        [999999, 1000000],
      ],
      1999999,
      [1000000, 999999],
      'large numbers',
    ],
  ] satisfies readonly Case[])('case %#: %j for %d is %j (%s)', (parts, replicas, shares, _why) => {
    expect(divide(parts, replicas)).toEqual(shares);
  });

  it('keeps what it dealt when asked again', () => {
    for (let replicas = 0; replicas < 30; replicas += 1) {
      const dealt = (one = 0, two = 0, three = 0) =>
        divide(
          [
            [5, 9, one],
            [3, 9, two],
            [2, 99, three],
          ],
          replicas,
        );

      const first = dealt() ?? [];

      expect(dealt(...first)).toEqual(first);
    }
  });
});
