/**
 * One cluster in the ledger: its nodes, the pods on them, and the promises for pods to come.
 *
 * Events only mark what they leave open; places are looked for when somebody asks for a view. A
 * promise is kept on the emptiest node that takes it, which is where the scheduler of the member
 * puts a pod by default: keeping it elsewhere would leave gaps that are not there.
 */

import type { ClusterView, NodeView } from '../../api/fleet.ts';
import type { ClusterName } from '../../api/meta.ts';
import type { ResourceAmounts } from '../../api/workload.ts';
import type { PodShape } from '../framework.ts';
import { roomOn } from '../room.ts';
import { placesOf } from '../topology.ts';
import { mean, usedShares } from '../used-shares.ts';
import type { ClusterFacts, NodeFacts, PodFacts } from './facts.ts';
import { type Load, NodeLoad } from './node-load.ts';
import {
  type BoundPod,
  covers,
  isEmpty,
  isSameShape,
  loadOf,
  newStake,
  openReplicas,
  promisedOf,
  type Stake,
} from './stake.ts';

export class ClusterLedger {
  readonly #name: ClusterName;
  readonly #nodes = new Map<string, NodeLoad>();
  readonly #pods = new Map<string, BoundPod>();
  readonly #stakes = new Map<string, Stake>();
  /** Stakes with promises that have no place yet. */
  readonly #open = new Set<Stake>();
  /** Those among them that found none; it is only worth asking again once something was freed. */
  readonly #short = new Set<Stake>();
  #facts: ClusterFacts | null = null;
  #freed = false;
  #view: ClusterView | null = null;
  #sorted: readonly (readonly [name: string, node: NodeLoad])[] | null = null;

  constructor(name: ClusterName) {
    this.#name = name;
  }

  get known(): boolean {
    return this.#facts !== null;
  }

  get empty(): boolean {
    return !this.known && this.#nodes.size === 0 && this.#stakes.size === 0;
  }

  setFacts(facts: ClusterFacts): void {
    this.#facts = facts;
    this.#view = null;
  }

  /** Forgets nodes and pods as well; what is promised stays promised. */
  clear(): void {
    this.#facts = null;
    this.forgetContents();
  }

  forgetContents(): void {
    for (const name of this.#pods.keys()) this.removePod(name);
    for (const name of this.#nodes.keys()) this.removeNode(name);
    this.#view = null;
  }

  setNode(facts: NodeFacts): void {
    const node = this.#node(facts.name);
    if (JSON.stringify(node.facts) === JSON.stringify(facts)) return;
    node.facts = facts;
    this.#vacate(facts.name);
    this.#freed = true;
    this.#view = null;
    this.#sorted = null;
  }

  removeNode(name: string): void {
    const node = this.#nodes.get(name);
    if (node === undefined) return;
    node.facts = null;
    this.#vacate(name);
    if (node.empty) this.#nodes.delete(name);
    this.#view = null;
    this.#sorted = null;
  }

  setPod(key: string, facts: PodFacts): void {
    const before = this.#pods.get(key);
    if (before !== undefined && JSON.stringify(before.facts) === JSON.stringify(facts)) return;
    this.removePod(key);
    if (facts.node === null || facts.terminal) return;
    this.#bind(key, facts, facts.node);
  }

  removePod(key: string): void {
    const pod = this.#pods.get(key);
    if (pod === undefined) return;
    this.#pods.delete(key);
    this.#take(pod.node, pod.load);
    const stake = this.#stakes.get(pod.facts.ownerUid ?? '');
    if (stake === undefined) return;
    stake.pods.delete(key);
    if (!pod.facts.leaving) stake.redeemed -= 1;
    this.#rebalance(stake, null);
  }

  /** Zero replicas release what was promised. */
  promise(uid: string, shape: PodShape, replicas: number): void {
    if (replicas === 0 && !this.#stakes.has(uid)) return;
    const stake = this.#stake(uid);
    const promised = replicas === 0 ? null : promisedOf(shape, replicas);
    if (isSameShape(stake.promised, promised)) {
      stake.promised = { ...stake.promised, replicas };
    } else {
      for (const name of stake.kept.keys()) this.#giveUp(stake, name);
      stake.promised = promised;
      for (const pod of stake.pods.values()) this.#reload(stake, pod);
    }
    this.#rebalance(stake, null);
  }

  /** Promised replicas for which no node has room. */
  unplaced(): number {
    this.#settle();
    let open = 0;
    for (const stake of this.#open) open += openReplicas(stake);
    return open;
  }

  /** `null` while nothing but nodes, pods or promises is known of the cluster. */
  view(): ClusterView | null {
    this.#settle();
    this.#view ??= this.#viewOf((node) => node.view());
    return this.#view;
  }

  /** As if the workload had nothing here; `running` counts its pods of at least `requests`. */
  viewWithout(uid: string, requests: ResourceAmounts): ClusterView | null {
    const whole = this.view();
    const stake = this.#stakes.get(uid);
    if (whole === null || stake === undefined) return whole;
    const loads = loadsOf(stake);
    const without = this.#viewOf((node, name) => {
      const own = loads.get(name);
      return own === undefined ? node.view() : node.viewWithout(own);
    });
    let running = 0;
    for (const { facts } of stake.pods.values()) {
      if (!facts.leaving && covers(facts.requests, requests)) running += 1;
    }
    return without === null ? null : { ...without, running };
  }

  #bind(key: string, facts: PodFacts, node: string): void {
    const stake = facts.ownerUid === null ? null : this.#stake(facts.ownerUid);
    const load = loadOf(facts, stake?.promised ?? null);
    const pod: BoundPod = { facts, node, load };
    this.#pods.set(key, pod);
    this.#put(node, load);
    if (stake !== null) {
      stake.pods.set(key, pod);
      if (!facts.leaving) stake.redeemed += 1;
      this.#rebalance(stake, node);
    }
    // The member chose another node than we had kept: what was kept here may have to go there.
    if (this.#node(node).overfull || load.hostPorts.length > 0) this.#vacate(node);
  }

  #viewOf(viewNode: (node: NodeLoad, name: string) => NodeView | null): ClusterView | null {
    if (this.#facts === null) return null;
    const nodes: NodeView[] = [];
    for (const [name, node] of this.#inOrder()) {
      const view = viewNode(node, name);
      if (view !== null) nodes.push(view);
    }
    return { name: this.#name, ...this.#facts, ...placesOf(this.#facts, nodes), nodes };
  }

  #inOrder() {
    this.#sorted ??= [...this.#nodes].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return this.#sorted;
  }

  #node(name: string): NodeLoad {
    const known = this.#nodes.get(name);
    if (known !== undefined) return known;
    const node = new NodeLoad();
    this.#nodes.set(name, node);
    this.#sorted = null;
    return node;
  }

  #stake(uid: string): Stake {
    const known = this.#stakes.get(uid);
    if (known !== undefined) return known;
    const stake = newStake(uid);
    this.#stakes.set(uid, stake);
    return stake;
  }

  #put(name: string, load: Load): void {
    this.#node(name).add(load);
    this.#view = null;
  }

  #take(name: string, load: Load): void {
    const node = this.#nodes.get(name);
    if (node === undefined) return;
    node.remove(load);
    this.#freed = true;
    this.#view = null;
    if (!node.empty || node.facts !== null) return;
    this.#nodes.delete(name);
    this.#sorted = null;
  }

  /** A pod counts anew when what is promised for it has changed. */
  #reload(stake: Stake, pod: BoundPod): void {
    this.#take(pod.node, pod.load);
    pod.load = loadOf(pod.facts, stake.promised);
    this.#put(pod.node, pod.load);
  }

  /** After pods or promises changed: gives up places too many (first on `node`), notes too few. */
  #rebalance(stake: Stake, node: string | null): void {
    let open = openReplicas(stake);
    for (; open < 0; open += 1) {
      const name = node !== null && stake.kept.has(node) ? node : [...stake.kept.keys()].at(-1);
      if (name === undefined) break;
      this.#giveUpOne(stake, name);
    }
    this.#short.delete(stake);
    if (open > 0) this.#open.add(stake);
    else this.#open.delete(stake);
    if (isEmpty(stake)) this.#stakes.delete(stake.uid);
  }

  #giveUpOne(stake: Stake, name: string): void {
    const replicas = stake.kept.get(name);
    if (replicas === undefined || stake.promised === null) return;
    this.#take(name, stake.promised.load);
    if (replicas === 1) stake.kept.delete(name);
    else stake.kept.set(name, replicas - 1);
  }

  #giveUp(stake: Stake, name: string): void {
    while (stake.kept.has(name)) this.#giveUpOne(stake, name);
  }

  /** The node is another one than promises were kept on: they look for a place again. */
  #vacate(name: string): void {
    for (const stake of this.#stakes.values()) {
      if (!stake.kept.has(name)) continue;
      this.#giveUp(stake, name);
      this.#rebalance(stake, null);
    }
  }

  #settle(): void {
    if (this.#open.size === 0) return;
    if (this.#freed) this.#short.clear();
    this.#freed = false;
    for (const stake of this.#open) {
      if (this.#short.has(stake)) continue;
      this.#keep(stake, openReplicas(stake));
      if (openReplicas(stake) === 0) this.#open.delete(stake);
      else this.#short.add(stake);
    }
  }

  /** Finds places for so many replicas, each on the emptiest node that takes it. */
  #keep(stake: Stake, replicas: number): void {
    const { promised } = stake;
    if (promised === null) return;
    const rooms = this.#inOrder().map(([name, node]) => ({ name, ...prospect(promised, node) }));
    for (let left = replicas; left > 0; left -= 1) {
      let best: (typeof rooms)[number] | null = null;
      for (const each of rooms) {
        if (each.room > 0 && (best === null || each.load < best.load)) best = each;
      }
      if (best === null) return;
      this.#put(best.name, promised.load);
      stake.kept.set(best.name, (stake.kept.get(best.name) ?? 0) + 1);
      Object.assign(best, prospect(promised, this.#node(best.name)));
    }
  }
}

/** How much room a node has for the promise, and how loaded it would then be. */
function prospect({ shape }: { readonly shape: PodShape }, node: NodeLoad) {
  const view = node.view();
  if (view === null) return { room: 0, load: 0 };
  return { room: roomOn(shape, view), load: mean(usedShares(shape, view)) };
}

/** Everything that a stake has on each node. */
function loadsOf(stake: Stake): ReadonlyMap<string, readonly Load[]> {
  const loads = new Map<string, Load[]>();
  const add = (name: string, load: Load) => {
    const list = loads.get(name);
    if (list === undefined) loads.set(name, [load]);
    else list.push(load);
  };
  for (const { node, load } of stake.pods.values()) add(node, load);
  for (const [name, replicas] of stake.kept) {
    for (let each = 0; each < replicas; each += 1)
      if (stake.promised) add(name, stake.promised.load);
  }
  return loads;
}
