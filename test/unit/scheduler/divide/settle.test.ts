import { describe, expect, it } from '@jest/globals';
import { capacity, type Slot, settle } from '../../../../src/scheduler/divide/settle.ts';
import { seeded } from '../../../support/random.ts';

const slot = (current: number, most = 100, least = 0): Slot => ({ current, least, most });
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('settle', () => {
  it.each([
    [[slot(0), slot(0)], 4, [2, 2], 'evenly'],
    [[slot(0), slot(0)], 5, [3, 2], 'the remainder to the best'],
    [[slot(0), slot(0), slot(0)], 2, [1, 1, 0], 'fewer than there are'],
    [[slot(0, 1), slot(0)], 6, [1, 5], 'what one cannot hold goes to the other'],
    [[slot(0, 1), slot(0, 2)], 4, null, 'more than all can hold'],
    [[slot(2), slot(2)], 6, [3, 3], 'scaling up tops up'],
    [[slot(4), slot(0)], 6, [4, 2], 'scaling up fills where there are fewest'],
    [[slot(2), slot(2), slot(0)], 4, [2, 2, 0], 'a newcomer moves nothing'],
    [[slot(2), slot(2), slot(0)], 6, [2, 2, 2], 'a newcomer gets what is added'],
    [[slot(6), slot(2)], 8, [6, 2], 'uneven, but nothing has to move'],
    [[slot(6), slot(2)], 5, [3, 2], 'scaling down takes from the most loaded'],
    [[slot(3), slot(3)], 5, [3, 2], 'of equals, the worst gives one up'],
    [[slot(3), slot(3)], 0, [0, 0], 'down to nothing'],
    [[slot(9, 3), slot(0)], 9, [3, 6], 'more than fits has to go elsewhere'],
    [[slot(4), slot(0, 9, 1)], 4, [3, 1], 'the fewest that one must have'],
    [[slot(0, 0, 1), slot(0)], 4, null, 'must have what it cannot hold'],
    [[slot(0, 9, 2), slot(0, 9, 2)], 3, null, 'fewer than they must have'],
    [[], 0, [], 'nothing over nobody'],
    [[], 1, null, 'something over nobody'],
  ])('case %#: %j to %d is %j (%s)', (slots, total, values, _why) => {
    expect(settle(slots, total, null)).toEqual(values);
  });

  it.each([
    [[slot(6), slot(2)], 8, 1, [4, 4], 'moves until they are close enough'],
    [[slot(6), slot(2)], 8, 3, [5, 3], 'and no further'],
    [[slot(0, 2), slot(0)], 6, 1, null, 'the small one holds the other back'],
    [[slot(0, 2), slot(0)], 5, 1, [2, 3], 'as far as it goes'],
    [[slot(3), slot(3), slot(1)], 7, 1, [3, 2, 2], 'of equals, the worst gives one up'],
    [[slot(3), slot(3), slot(0)], 6, 1, [2, 2, 2], 'a newcomer counts'],
  ])('case %#: %j to %d within %d is %j (%s)', (...[slots, total, skew, values]) => {
    expect(settle(slots, total, skew)).toEqual(values);
  });

  it('places all, within bounds, and moves no more than it has to', () => {
    const random = seeded(7);
    for (let round = 0; round < 2_000; round += 1) {
      const slots = Array.from({ length: random.between(1, 6) }, () => {
        const most = random.between(0, 9);
        return slot(random.between(0, most), most);
      });
      const room = capacity(slots, null);
      const total = random.between(0, room + 2);

      const values = settle(slots, total, null);

      expect(values === null).toBe(total > room);
      if (values === null) continue;
      expect(sum(values)).toBe(total);
      expect(values.every((value, index) => value <= (slots[index]?.most ?? 0))).toBe(true);
      // Either all that changes grows, or all that changes shrinks: then no replica moved.
      const changes = values.map((value, index) => value - (slots[index]?.current ?? 0));
      expect(changes.some((change) => change > 0) && changes.some((change) => change < 0)).toBe(
        false,
      );
    }
  });

  it('places under a skew whatever its capacity says, and nothing beyond', () => {
    const random = seeded(11);
    for (let round = 0; round < 2_000; round += 1) {
      const slots = Array.from({ length: random.between(1, 5) }, () => {
        const most = random.between(1, 9);
        return slot(random.between(0, most), most);
      });
      const skew = random.between(1, 3);
      const total = random.between(0, capacity(slots, skew) + 1);

      const values = settle(slots, total, skew);

      expect(values === null).toBe(total > capacity(slots, skew));
      if (values === null) continue;
      expect(sum(values)).toBe(total);
      expect(Math.max(...values) - Math.min(...values)).toBeLessThanOrEqual(skew);
      expect(
        settle(
          values.map((value, index) => slot(value, slots[index]?.most)),
          total,
          skew,
        ),
      ).toEqual(values);
    }
  });
});
