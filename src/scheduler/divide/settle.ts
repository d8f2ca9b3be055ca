/**
 * Brings a distribution to a total while moving as little as possible.
 *
 * Stability comes before evenness: replicas that may stay do stay. What is added goes where there
 * are fewest, what is taken comes from where there are most, and when the total is right nothing
 * moves, however uneven it is. So 2 + 2 scaled to 6 is 3 + 3, and a third cluster that joins gets
 * its part with the next replicas that are added, not by taking those of others.
 */

export interface Slot {
  readonly current: number;
  /** Fewest it must end with. */
  readonly least: number;
  /** Most it can take. */
  readonly most: number;
}

/**
 * The new values of `slots`, which come best first: the best gets a remainder, the worst gives one
 * up. `maxSkew` bounds how far any two may be apart; `null` does not. `null` when it cannot be.
 */
export function settle(
  slots: readonly Slot[],
  total: number,
  maxSkew: number | null,
): number[] | null {
  const bound = maxSkew === null ? slots : within(slots, maxSkew);
  if (bound.some(({ least, most }) => least > most)) return null;
  const values = bound.map(({ current, least, most }) => Math.min(most, Math.max(least, current)));
  const missing = total - sum(values);
  if (missing > 0 && !add(bound, values, missing)) return null;
  if (missing < 0 && !take(bound, values, -missing)) return null;
  if (maxSkew !== null) level(bound, values, maxSkew);
  return values;
}

/** Nobody may be further above the one that holds least, or below the one that must have most. */
function within(slots: readonly Slot[], maxSkew: number): readonly Slot[] {
  const ceiling = Math.min(...slots.map(({ most }) => most)) + maxSkew;
  const floor = Math.max(...slots.map(({ least }) => least)) - maxSkew;
  return slots.map(({ current, least, most }) => ({
    current,
    least: Math.max(least, floor),
    most: Math.min(most, ceiling),
  }));
}

/** The most that `settle` can place, given `maxSkew`. */
export function capacity(slots: readonly Slot[], maxSkew: number | null): number {
  const bound = maxSkew === null ? slots : within(slots, maxSkew);
  return sum(bound.map(({ most }) => most));
}

/** Raises the lowest first, like water; one by one only for what does not fill a whole level. */
function add(slots: readonly Slot[], values: number[], missing: number): boolean {
  const total = sum(values) + missing;
  const raised = (water: number) =>
    slots.map(({ most }, index) => Math.max(values[index] ?? 0, Math.min(most, water)));
  const top = Math.max(0, ...slots.map(({ most }) => most));
  if (sum(raised(top)) < total) return false;

  const water = lastWhere(0, top, (height) => sum(raised(height)) <= total);
  replace(values, raised(water));
  let left = total - sum(values);
  for (const [index, { most }] of slots.entries()) {
    if (left === 0) break;
    if (values[index] !== water || water >= most) continue;
    values[index] = water + 1;
    left -= 1;
  }
  return true;
}

/** Lowers the highest first, and the worst of equals first. */
function take(slots: readonly Slot[], values: number[], surplus: number): boolean {
  const total = sum(values) - surplus;
  const lowered = (cut: number) =>
    slots.map(({ least }, index) => Math.min(values[index] ?? 0, Math.max(least, cut)));
  if (sum(lowered(0)) > total) return false;

  const top = Math.max(...values);
  const cut = top - lastWhere(0, top, (depth) => sum(lowered(top - depth)) >= total);
  replace(values, lowered(cut));
  let left = sum(values) - total;
  for (let index = slots.length - 1; index >= 0 && left > 0; index -= 1) {
    if (values[index] !== cut || cut <= (slots[index]?.least ?? 0)) continue;
    values[index] = cut - 1;
    left -= 1;
  }
  return true;
}

/**
 * Moves from the highest to the lowest until they are within `maxSkew`: no fewer moves do. That
 * always ends, for `within` has seen to it that the lowest can rise and the highest give way.
 */
function level(slots: readonly Slot[], values: number[], maxSkew: number): void {
  for (;;) {
    const highest = Math.max(...values);
    const lowest = Math.min(...values);
    if (highest - lowest <= maxSkew) return;
    const from = values.findLastIndex(
      (value, index) => value === highest && value > (slots[index]?.least ?? 0),
    );
    const to = values.findIndex(
      (value, index) => value === lowest && value < (slots[index]?.most ?? 0),
    );
    values[from] = highest - 1;
    values[to] = lowest + 1;
  }
}

/** The last whole number of a range for which `holds`, which holds for the first and turns once. */
function lastWhere(first: number, last: number, holds: (value: number) => boolean): number {
  let low = first;
  let high = last;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

function replace(values: number[], by: readonly number[]): void {
  values.splice(0, values.length, ...by);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
