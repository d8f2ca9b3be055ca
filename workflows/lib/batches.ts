/** Visiting many clusters: a bounded number of activities, a bounded number of clusters in each. */

/** Clusters that one activity visits; see what an activity costs against what a call costs. */
const BATCH = 25;
/** Activities of one workflow under way at once. */
const WIDTH = 10;

/** Calls `visit` with slices of `items`; the results come in the order of the items. */
export async function inBatches<T, R>(
  items: readonly T[],
  visit: (slice: readonly T[]) => Promise<readonly R[]>,
): Promise<R[]> {
  const slices: (readonly T[])[] = [];
  for (let at = 0; at < items.length; at += BATCH) slices.push(items.slice(at, at + BATCH));
  const results: (readonly R[])[] = [];
  let next = 0;
  const visitor = async () => {
    for (let mine = next++; mine < slices.length; mine = next++) {
      const slice = slices[mine];
      if (slice !== undefined) results[mine] = await visit(slice);
    }
  };
  await Promise.all(Array.from({ length: Math.min(WIDTH, slices.length) }, visitor));
  return results.flat();
}
