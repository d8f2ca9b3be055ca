/** Where the machine's processor time goes while apps are placed, by part of the fleet. */

import type { Fleet } from '../support/fleet.ts';
import { cpuSeconds } from './measure.ts';

/** Parts as a reader knows them, by the names of their processes. The first that matches counts. */
const PARTS: readonly (readonly [string, RegExp])[] = [
  ['worker', /^worker$/],
  ['controller', /^controller$/],
  ['Temporal', /^temporal$/],
  ['hub: API server', /^openmcp\/kube-apiserver$/],
  ['hub: kube-controller-manager', /^openmcp\//],
  ['members: API servers', /\/kube-apiserver$/],
  ['members: controllers, scheduler, nodes', /\//],
  ['etcd of all', /^etcd$/],
];
const CLIENT = 'the client that creates';

/** Milliseconds by part. */
export type Cost = Readonly<Record<string, number>>;

export interface Meter {
  /** Per app, since the meter was started. */
  read(apps: number): Promise<Cost>;
}

/** A process that is replaced meanwhile counts from its own beginning. */
export async function startMeter(fleet: Fleet): Promise<Meter> {
  const before = await usage(fleet);
  return {
    async read(apps) {
      const now = await usage(fleet);
      const cost = new Map<string, number>();
      for (const [key, { part, seconds }] of now) {
        const spent = (seconds - (before.get(key)?.seconds ?? 0)) * 1000;
        cost.set(part, (cost.get(part) ?? 0) + spent / apps);
      }
      return Object.fromEntries(cost);
    },
  };
}

async function usage(fleet: Fleet): Promise<Map<string, { part: string; seconds: number }>> {
  const used = new Map<string, { part: string; seconds: number }>();
  for (const [name, pid] of Object.entries(await fleet.pids())) {
    const part = PARTS.find(([, pattern]) => pattern.test(name))?.[0];
    if (part !== undefined) used.set(`${name} ${pid}`, { part, seconds: cpuSeconds(pid) });
  }
  const { user, system } = process.cpuUsage();
  return used.set(CLIENT, { part: CLIENT, seconds: (user + system) / 1e6 });
}

/** A row per part, in the order of PARTS, and their sum. */
export function costRows(costs: readonly Cost[]): string[][] {
  const parts = [...PARTS.map(([part]) => part), CLIENT];
  const sum = (cost: Cost) => Object.values(cost).reduce((total, each) => total + each, 0);
  const text = (milliseconds: number) => `${milliseconds.toFixed(1)} ms`;
  return [
    ...parts.map((part) => [part, ...costs.map((cost) => text(cost[part] ?? 0))]),
    ['all', ...costs.map((cost) => text(sum(cost)))],
  ];
}
