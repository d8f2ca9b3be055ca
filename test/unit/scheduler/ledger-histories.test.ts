/** Random histories of the ledger, against plain book-keeping and against a ledger told all at once. */

import { describe, expect, it } from '@jest/globals';
import type { ClusterView } from '../../../src/api/fleet.ts';
import { ClusterName } from '../../../src/api/meta.ts';
import type { NodeFacts } from '../../../src/scheduler/ledger/facts.ts';
import { createLedger, type Ledger } from '../../../src/scheduler/ledger.ts';
import { roomIn } from '../../../src/scheduler/room.ts';
import { clusterFacts, GI, nodeFacts, podFacts, workload } from '../../fakes/fleet.ts';
import { seeded } from '../../support/random.ts';

const ONE = ClusterName.parse('one');
const shares = (replicas: number) => [{ cluster: ONE, replicas }];

function emptyLedger(): Ledger {
  const ledger = createLedger();
  ledger.setCluster('one', clusterFacts());
  return ledger;
}

function totalCpu(views: readonly ClusterView[]): number {
  const nodes = views.flatMap((view) => view.nodes);
  return nodes.reduce((sum, { used }) => sum + (used['cpu'] ?? 0), 0);
}

/** The same facts as the ledger was told, kept as plainly as can be. */
class Plain {
  readonly nodes = new Map<string, NodeFacts>();
  readonly pods = new Map<string, ReturnType<typeof podFacts>>();
  readonly promises = new Map<string, { cpu: number; replicas: number }>();

  /** Built from scratch, in any order. */
  rebuilt(order: (keys: string[]) => string[]): Ledger {
    const ledger = emptyLedger();
    for (const uid of order([...this.promises.keys()])) {
      const { cpu, replicas } = this.promises.get(uid) ?? { cpu: 0, replicas: 0 };
      ledger.promise(uid, workload({ requests: { cpu } }), shares(replicas));
    }
    for (const key of order([...this.pods.keys()]))
      ledger.setPod('one', key, this.pods.get(key) ?? podFacts(null));
    for (const name of order([...this.nodes.keys()]))
      ledger.setNode('one', this.nodes.get(name) ?? nodeFacts(name));
    return ledger;
  }

  /** Of the pods on known nodes, those of one owner left out. */
  cpu(except: string): number {
    let sum = 0;
    for (const { node, ownerUid, requests, terminal } of this.pods.values()) {
      if (ownerUid === except || terminal || !this.nodes.has(node ?? '')) continue;
      sum += requests['cpu'] ?? 0;
    }
    return sum;
  }

  open(uid: string): number {
    const redeemed = [...this.pods.values()].filter(
      (pod) => pod.ownerUid === uid && pod.node !== null && !pod.terminal && !pod.leaving,
    );
    return Math.max(0, (this.promises.get(uid)?.replicas ?? 0) - redeemed.length);
  }
}

describe('after any history', () => {
  const UIDS = ['u0', 'u1', 'u2', 'u3'] as const;
  const NODES = ['a', 'b', 'c'] as const;

  function step(random: ReturnType<typeof seeded>, ledger: Ledger, plain: Plain): void {
    const key = `shop/${random.between(0, 7)}`;
    const uid = random.pick(UIDS);
    const name = random.pick(NODES);
    const changes = [
      () => {
        const owner = random.pick([null, ...UIDS]);
        const pod = podFacts(random.pick([null, ...NODES]), {
          ownerUid: owner,
          requests: { cpu: random.between(1, 6) * 100 },
          terminal: random.between(0, 9) === 0,
          leaving: random.between(0, 9) === 0,
        });
        plain.pods.set(key, pod);
        ledger.setPod('one', key, pod);
      },
      () => {
        plain.pods.delete(key);
        ledger.removePod('one', key);
      },
      () => {
        const facts = nodeFacts(name, {
          schedulable: random.between(0, 4) > 0,
          allocatable: { cpu: random.between(1, 8) * 500, memory: GI, pods: 20 },
        });
        plain.nodes.set(name, facts);
        ledger.setNode('one', facts);
      },
      () => {
        plain.nodes.delete(name);
        ledger.removeNode('one', name);
      },
      () => {
        const promise = { cpu: random.between(1, 5) * 100, replicas: random.between(1, 5) };
        plain.promises.set(uid, promise);
        ledger.promise(uid, workload({ requests: { cpu: promise.cpu } }), shares(promise.replicas));
      },
      () => {
        plain.promises.delete(uid);
        ledger.release(uid);
      },
      () => void ledger.view(),
    ] as const;
    random.pick([...changes, changes[0], changes[0], changes[4], changes[6]])();
  }

  it.each(Array.from({ length: 60 }, (_, seed) => [seed]))(
    'counts every pod and every open promise exactly once: seed %d',
    (seed) => {
      const random = seeded(seed);
      const ledger = emptyLedger();
      const plain = new Plain();
      for (let count = 0; count < 120; count += 1) {
        step(random, ledger, plain);
        if (count % 6 > 0) continue;

        const open = UIDS.reduce((sum, uid) => sum + plain.open(uid), 0);
        const pods =
          ledger.view()[0]?.nodes.reduce((sum, { used }) => sum + (used['pods'] ?? 0), 0) ?? 0;
        const bound = [...plain.pods.values()].filter(
          ({ node, terminal }) => node !== null && !terminal && plain.nodes.has(node),
        );
        expect(pods + ledger.unplaced('one')).toBe(bound.length + open);
      }
    },
  );

  it.each(Array.from({ length: 60 }, (_, seed) => [seed]))(
    'is what it would be had it been told all at once: seed %d',
    (seed) => {
      const random = seeded(1_000 + seed);
      const ledger = emptyLedger();
      const plain = new Plain();
      for (let count = 0; count < 150; count += 1) step(random, ledger, plain);
      const fresh = plain.rebuilt((keys) => random.shuffle(keys));

      // Where promises are kept depends on the history; without them both are the same, node by node.
      for (const uid of UIDS) {
        for (const each of [ledger, fresh]) each.promise(uid, workload({ requests: {} }), []);
      }
      for (const uid of UIDS) plain.promises.delete(uid);
      expect(ledger.view()).toEqual(fresh.view());
      for (const uid of ['nobody', ...UIDS]) {
        expect(ledger.viewFor(uid)).toEqual(fresh.viewFor(uid));
        expect(totalCpu(ledger.viewFor(uid))).toBe(plain.cpu(uid));
      }
    },
  );

  it.each(Array.from({ length: 60 }, (_, seed) => [seed]))(
    'leaves no promise without a place where a node has room for it: seed %d',
    (seed) => {
      const random = seeded(2_000 + seed);
      const ledger = emptyLedger();
      const plain = new Plain();
      for (let count = 0; count < 100; count += 1) {
        step(random, ledger, plain);
        if (ledger.unplaced('one') === 0) continue;

        const [view] = ledger.view();
        const sizes = UIDS.filter((uid) => plain.open(uid) > 0).map(
          (uid) => plain.promises.get(uid)?.cpu ?? 0,
        );
        const largest = Math.max(...sizes);
        expect(roomIn(workload({ requests: { cpu: largest } }), view?.nodes ?? []).replicas).toBe(
          0,
        );
      }
    },
  );
});
