import { expect, it } from '@jest/globals';
import { balancedNetwork } from '../../../../src/scheduler/plugins/balanced-network.ts';
import { candidate, node } from '../../../fakes/fleet.ts';

it.each([
  [[null], 50, 'nobody measured'],
  [[{ rx: 0, tx: 0 }], 100, 'idle'],
  [[{ rx: 10_000_000, tx: 2_500_000 }], 50, 'a tenth of a gigabit link'],
  [[{ rx: 0, tx: 0 }, null], 75, 'the mean over nodes, those not measured being neutral'],
])('%j scores %d: %s', (traffic, score, _why) => {
  const nodes = traffic.map((network, index) => node(`n${index}`, { network }));

  expect(balancedNetwork(candidate({ nodes }))).toBeCloseTo(score);
});
