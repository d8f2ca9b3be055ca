import { describe, expect, it } from '@jest/globals';
import {
  clusterTaints,
  preferredTaints,
} from '../../../../src/scheduler/plugins/cluster-taints.ts';
import { candidate, cluster, workload } from '../../../fakes/fleet.ts';

const dedicated = (effect: string) =>
  cluster('one', { taints: [{ key: 'dedicated', value: 'db', effect }] });

describe('clusterTaints', () => {
  it.each([
    ['NoSchedule', true, 'replicas that are there stay, as in Kubernetes'],
    ['NoExecute', false, 'replicas that are there go'],
  ])('refuses for %s, and keeps: %s (%s)', (effect, keeps, _why) => {
    expect(clusterTaints(workload(), dedicated(effect))).toEqual({
      reason: `spec.clusterTolerations does not tolerate its taint dedicated=db:${effect}`,
      keeps,
    });
  });

  it('does not refuse for PreferNoSchedule', () => {
    expect(clusterTaints(workload(), dedicated('PreferNoSchedule'))).toBeNull();
  });

  it.each([
    [[{ key: 'dedicated', operator: 'Exists' as const }], true, 'any value of the key'],
    [[{ key: 'dedicated', value: 'db' }], true, 'Equal is the default'],
    [[{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }], true, 'the same effect'],
    [[{ operator: 'Exists' as const }], true, 'everything'],
    [[{ key: 'dedicated', value: 'web' }], false, 'another value'],
    [[{ key: 'dedicated', value: 'db', effect: 'NoExecute' }], false, 'another effect'],
    [[{ key: 'other', operator: 'Exists' as const }], false, 'another key'],
    [[{ value: 'db' }], false, 'Equal without a key covers nothing'],
  ])('tolerations %j pass: %s (%s)', (clusterTolerations, passes, _why) => {
    const refusal = clusterTaints(workload({ clusterTolerations }), dedicated('NoSchedule'));

    expect(refusal === null).toBe(passes);
  });
});

describe('preferredTaints', () => {
  it('lowers the score of a cluster that would rather not', () => {
    const tainted = dedicated('PreferNoSchedule');
    const tolerant = workload({ clusterTolerations: [{ operator: 'Exists' }] });

    expect(preferredTaints(candidate({ cluster: tainted }))).toBe(0);
    expect(preferredTaints(candidate({ cluster: tainted, workload: tolerant }))).toBe(100);
    expect(preferredTaints(candidate())).toBe(100);
  });
});
