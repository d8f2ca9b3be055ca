/** One node with what lies on it: the pods bound to it, and the promises kept on it. */

import type { NodeView } from '../../api/fleet.ts';
import type { HostPort, ResourceAmounts, Workload } from '../../api/workload.ts';
import type { NodeFacts } from './facts.ts';

export interface Load {
  readonly requests: ResourceAmounts;
  readonly hostPorts: readonly HostPort[];
  /** `null` for a promise, which no pod stands for yet. */
  readonly qos: Workload['qos'] | null;
}

const CLASS = {
  Guaranteed: 'guaranteed',
  Burstable: 'burstable',
  BestEffort: 'bestEffort',
} as const;

interface Sums {
  readonly used: Map<string, number>;
  readonly hostPorts: HostPort[];
  readonly qos: { guaranteed: number; burstable: number; bestEffort: number };
}

export class NodeLoad {
  #facts: NodeFacts | null = null;
  #view: NodeView | null = null;
  readonly #sums: Sums = {
    used: new Map(),
    hostPorts: [],
    qos: { guaranteed: 0, burstable: 0, bestEffort: 0 },
  };

  /** `null` while only its pods are known: they may be heard of before it, and outlive it. */
  get facts(): NodeFacts | null {
    return this.#facts;
  }

  set facts(facts: NodeFacts | null) {
    this.#facts = facts;
    this.#view = null;
  }

  get empty(): boolean {
    return this.#sums.used.size === 0;
  }

  /** More lies on it than it has. */
  get overfull(): boolean {
    const { allocatable } = this.#facts ?? {};
    if (allocatable === undefined) return false;
    return [...this.#sums.used].some(([resource, amount]) => amount > (allocatable[resource] ?? 0));
  }

  add(load: Load): void {
    count(this.#sums, load, 1);
    this.#view = null;
  }

  /** `load` is the very object that was added. */
  remove(load: Load): void {
    count(this.#sums, load, -1);
    this.#view = null;
  }

  /** A snapshot: what happens later does not change it. `null` for a node without facts. */
  view(): NodeView | null {
    if (this.#facts === null) return null;
    this.#view ??= viewOf(this.#facts, this.#sums);
    return this.#view;
  }

  /** As if `loads` were not there. */
  viewWithout(loads: readonly Load[]): NodeView | null {
    if (this.#facts === null) return null;
    const { used, hostPorts, qos } = this.#sums;
    const sums = { used: new Map(used), hostPorts: [...hostPorts], qos: { ...qos } };
    for (const load of loads) count(sums, load, -1);
    return viewOf(this.#facts, sums);
  }
}

function viewOf(facts: NodeFacts, { used, hostPorts, qos }: Sums): NodeView {
  return {
    ...facts,
    used: Object.fromEntries(used),
    hostPorts: [...hostPorts],
    qos: { ...qos },
  };
}

function count(sums: Sums, load: Load, times: 1 | -1): void {
  for (const [resource, amount] of Object.entries(load.requests)) {
    addTo(sums.used, resource, times * amount);
  }
  addTo(sums.used, 'pods', times);
  for (const port of load.hostPorts) {
    if (times === 1) sums.hostPorts.push(port);
    else sums.hostPorts.splice(sums.hostPorts.indexOf(port), 1);
  }
  if (load.qos !== null) sums.qos[CLASS[load.qos]] += times;
}

function addTo(used: Map<string, number>, resource: string, amount: number): void {
  const sum = (used.get(resource) ?? 0) + amount;
  if (sum === 0) used.delete(resource);
  else used.set(resource, sum);
}
