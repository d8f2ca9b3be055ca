/** Numbers: percentiles, processor time and memory of processes, and work at a pace. */

import { readFileSync } from 'node:fs';

/** The `percent` percentile of unsorted values, by the nearest rank; NaN of none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

/** Clock ticks per second on Linux (sysconf(_SC_CLK_TCK), 100 on every supported platform). */
const TICKS_PER_SECOND = 100;

/** Processor seconds that a process used so far, its own children not counted (proc(5) stat). */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** The most memory that a process held at once since it began, in MB (VmHWM of proc(5) status). */
export function peakMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return Number(kilobytes) / 1024;
}

export const secondsSince = (start: number): number => (performance.now() - start) / 1000;

/** Runs `act` for every item, at most `width` at once. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  act: (item: T) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let mine = next++; mine < items.length; mine = next++) {
      const item = items[mine];
      if (item !== undefined) await act(item);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/** Starts `act` for each item at a fixed rate, whether or not the earlier ones are done. */
export async function atRate<T>(
  items: readonly T[],
  perSecond: number,
  act: (item: T) => Promise<unknown>,
): Promise<void> {
  const begun = performance.now();
  const running: Promise<unknown>[] = [];
  for (const [index, item] of items.entries()) {
    const due = begun + (index * 1000) / perSecond - performance.now();
    if (due > 0) await new Promise((resolve) => setTimeout(resolve, due));
    running.push(act(item));
  }
  await Promise.all(running);
}
