/** A plan: what the scheduler would decide now, beside what is, as data and in words. */

import type { SchedulingAlgorithm } from '../api/fleet.ts';
import type { Placement } from '../api/placement.ts';
import type { KubeObject } from '../kubernetes/object.ts';
import { explain } from '../scheduler/explain.ts';
import type { Ledger } from '../scheduler/ledger.ts';
import { place } from '../scheduler/place.ts';
import { workloadOf } from '../scheduler/requirements.ts';

export interface Planned {
  readonly namespace: string;
  readonly name: string;
  readonly placement: Placement;
  /** By cluster, in order: "+ create in cluster1: 2". */
  readonly changes: readonly string[];
}

/** Enters what it plans into `ledger`: the next one finds the room that this one takes. */
export function planOne(
  resource: KubeObject,
  ledger: Ledger,
  algorithm: SchedulingAlgorithm,
): Planned {
  const workload = workloadOf(resource);
  const { uid, requests, current, namespace, name } = workload;
  const placement = place(workload, ledger.viewFor(uid, requests), algorithm);
  if (placement.kind === 'unplaceable')
    return { namespace, name, placement, changes: changesOf(current, current) };
  ledger.promise(uid, workload, placement.shares);
  const then = Object.fromEntries(
    placement.shares.map(({ cluster, replicas }) => [cluster, replicas]),
  );
  return { namespace, name, placement, changes: changesOf(current, then) };
}

export function inWords(results: readonly Planned[]): string[] {
  const lines = results.flatMap(({ namespace, name, placement, changes }) => [
    `${namespace}/${name}: ${placement.kind === 'placed' ? 'fits' : placement.message}`,
    ...explain(placement).map((line) => `  ${line}`),
    ...changes.map((change) => `  ${change}`),
  ]);
  return [...lines, 'Nothing was changed.'];
}

type Replicas = Readonly<Record<string, number>>;

function changesOf(now: Replicas, then: Replicas): string[] {
  const names = [...new Set([...Object.keys(now), ...Object.keys(then)])].toSorted();
  return names.flatMap((name) => {
    const before = now[name] ?? 0;
    const after = then[name] ?? 0;
    if (before === after) return before === 0 ? [] : [`= keep ${name}: ${after}`];
    if (before === 0) return [`+ create in ${name}: ${after}`];
    return [
      after === 0 ? `- remove from ${name}: ${before}` : `~ change ${name}: ${before} -> ${after}`,
    ];
  });
}
