import { expect, it } from '@jest/globals';
import { inBatches } from '../../../workflows/lib/batches.ts';

it('visits everything once, in slices, and keeps the order', async () => {
  const items = Array.from({ length: 63 }, (_, index) => index);
  const slices: number[] = [];

  const results = await inBatches(items, async (slice) => {
    slices.push(slice.length);
    await new Promise((resolve) => setTimeout(resolve, slice.length));
    return slice.map((item) => item * 2);
  });

  expect(results).toEqual(items.map((item) => item * 2));
  expect(slices).toEqual([25, 25, 13]);
});

it('visits nothing when there is nothing', async () => {
  expect(await inBatches([], async () => ['never'])).toEqual([]);
});
