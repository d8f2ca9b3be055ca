import { expect, it } from '@jest/globals';
import { nodeTaints } from '../../../../src/scheduler/plugins/node-taints.ts';
import { node, workload } from '../../../fakes/fleet.ts';

const tainted = (effect: string, key = 'dedicated') =>
  node('a', { taints: [{ key, value: 'db', effect }] });

it.each([
  ['NoSchedule', 0, 'no pod comes'],
  ['NoExecute', 0, 'no pod stays'],
  ['PreferNoSchedule', Number.POSITIVE_INFINITY, 'a wish does not refuse'],
])('%s leaves room %d: %s', (effect, room, _why) => {
  expect(nodeTaints.fits(workload(), tainted(effect))).toBe(room);
});

it('lets the tolerations of the template pass', () => {
  const tolerations = [{ key: 'dedicated', operator: 'Exists' as const }];

  expect(nodeTaints.fits(workload({ tolerations }), tainted('NoSchedule'))).toBe(
    Number.POSITIVE_INFINITY,
  );
});

it('names the taints, but not all of a long list', () => {
  const nodes = ['d', 'a', 'c', 'b', 'a'].map((key) => tainted('NoSchedule', key));

  expect(nodeTaints.wanted(workload(), nodes)).toBe(
    'is without a taint that the template does not tolerate (a=db:NoSchedule, b=db:NoSchedule, c=db:NoSchedule, …)',
  );
});
