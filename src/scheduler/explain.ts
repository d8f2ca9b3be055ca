/** A placement as a table for people: what each cluster gets, and why. */

import type { Placement } from '../api/placement.ts';

const HEAD = ['CLUSTER', 'REPLICAS', 'SCORE', 'ROOM', 'REASON'];
const GAP = '   ';

/** Lines of aligned columns; "-" where there is nothing to say. Empty for an empty fleet. */
export function explain(placement: Placement): readonly string[] {
  if (placement.verdicts.length === 0) return [];
  const replicas = new Map<string, number>(
    placement.kind === 'placed'
      ? placement.shares.map((share) => [share.cluster, share.replicas])
      : [],
  );
  const rows = placement.verdicts.map(({ cluster, score, room, reason }) => [
    cluster,
    placement.kind === 'placed' ? String(replicas.get(cluster) ?? 0) : '-',
    score === null ? '-' : String(score),
    room === null ? '-' : String(room),
    reason ?? '-',
  ]);
  const table = [HEAD, ...rows];
  const widths = HEAD.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
}
