/** Up to `count` of `keys`, in order, beginning after `last` and going round: each gets its turn. */
export function nextTurn(keys: readonly string[], last: string, count: number): string[] {
  const sorted = keys.toSorted();
  const begin = sorted.findIndex((key) => key > last);
  const turned = begin < 0 ? sorted : [...sorted.slice(begin), ...sorted.slice(0, begin)];
  return turned.slice(0, Math.max(count, 0));
}
