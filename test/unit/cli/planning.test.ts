import { beforeEach, describe, expect, it } from '@jest/globals';
import { KEYS } from '../../../src/api/meta.ts';
import { inWords, planOne } from '../../../src/cli/planning.ts';
import { createLedger, type Ledger } from '../../../src/scheduler/ledger.ts';
import { clusterFacts, nodeFacts, sharesOf } from '../../fakes/fleet.ts';
import { deployment } from './deployments.ts';

/** Two clusters with room for eight replicas each, and one that is away. */
let ledger: Ledger;
beforeEach(() => {
  ledger = createLedger();
  for (const name of ['cluster1', 'cluster2']) {
    ledger.setCluster(name, clusterFacts());
    ledger.setNode(name, nodeFacts(`${name}-1`));
  }
  ledger.setCluster('cluster3', clusterFacts({ healthy: false, reason: 'it does not answer' }));
});

const planned = (...resources: readonly ReturnType<typeof deployment>[]) =>
  resources.map((resource) => planOne(resource, ledger, 'OpenMCP'));

/** As placed already. */
const placedOn = (replicas: Readonly<Record<string, number>>) => ({
  annotations: { [KEYS.placement]: JSON.stringify(replicas) },
});

describe('a plan', () => {
  it('says what goes where, with scores, and why not elsewhere', () => {
    const lines = inWords(planned(deployment('web', 4)));

    expect(lines).toEqual([
      'shop/web: fits',
      expect.stringMatching(/^ {2}CLUSTER +REPLICAS +SCORE +ROOM +REASON$/),
      expect.stringMatching(/^ {2}cluster1 +2 +\d+(\.\d+)? +8 +-$/),
      expect.stringMatching(/^ {2}cluster2 +2 +\d+(\.\d+)? +8 +-$/),
      expect.stringMatching(/^ {2}cluster3 +0 +- +- +.*it does not answer/),
      '  + create in cluster1: 2',
      '  + create in cluster2: 2',
      'Nothing was changed.',
    ]);
  });

  it('of several lets each find the room that the ones before it took', () => {
    const [first, second, third] = planned(
      deployment('a', 12),
      deployment('b', 4),
      deployment('c', 1),
    );

    expect(Object.values(sharesOf(first?.placement ?? never()) ?? {})).toEqual([6, 6]);
    expect(Object.values(sharesOf(second?.placement ?? never()) ?? {})).toEqual([2, 2]);
    expect(third?.placement.kind).toBe('unplaceable');
  });

  it('of what does not fit says what is short, and that nothing moves', () => {
    const [result] = planned(deployment('huge', 40, placedOn({ cluster1: 3 })));

    const lines = inWords(result === undefined ? [] : [result]);

    expect(lines[0]).toMatch(/^shop\/huge: .*16 of 40/);
    expect(lines).toContain('  = keep cluster1: 3');
    expect(lines.filter((line) => /^ {2}[+~-] /.test(line))).toEqual([]);
  });
});

describe('beside what is there,', () => {
  it.each<[string, number, Readonly<Record<string, number>>, readonly string[]]>([
    ['keeps', 4, { cluster1: 2, cluster2: 2 }, ['= keep cluster1: 2', '= keep cluster2: 2']],
    [
      'changes',
      6,
      { cluster1: 2, cluster2: 2 },
      ['~ change cluster1: 2 -> 3', '~ change cluster2: 2 -> 3'],
    ],
    [
      'removes',
      2,
      { cluster1: 1, cluster2: 1, cluster3: 4 },
      ['= keep cluster1: 1', '= keep cluster2: 1', '- remove from cluster3: 4'],
    ],
    [
      'passes over what has none and gets none',
      2,
      { cluster1: 1, cluster2: 1, cluster3: 0 },
      ['= keep cluster1: 1', '= keep cluster2: 1'],
    ],
  ])('a plan %s', (_what, replicas, now, changes) => {
    expect(planned(deployment('web', replicas, placedOn(now)))[0]?.changes).toEqual(changes);
  });
});

function never(): never {
  throw new Error('nothing was planned');
}
