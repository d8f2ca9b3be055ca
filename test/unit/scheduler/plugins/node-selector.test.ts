import { expect, it } from '@jest/globals';
import { nodeSelector } from '../../../../src/scheduler/plugins/node-selector.ts';
import { node, workload } from '../../../fakes/fleet.ts';

it.each([
  [{}, {}, true, 'nothing is asked'],
  [{ disk: 'ssd' }, { disk: 'ssd', arch: 'arm64' }, true, 'other labels do not matter'],
  [{ disk: 'ssd' }, { disk: 'hdd' }, false, 'another value'],
  [{ disk: 'ssd' }, {}, false, 'no such label'],
  [{ disk: 'ssd', arch: 'arm64' }, { disk: 'ssd' }, false, 'every label has to be there'],
])('selector %j on labels %j fits: %s (%s)', (selector, labels, fits, _why) => {
  const room = nodeSelector.fits(workload({ nodeSelector: selector }), node('a', { labels }));

  expect(room > 0).toBe(fits);
});

it('says what was asked', () => {
  expect(nodeSelector.wanted(workload({ nodeSelector: { disk: 'ssd', arch: 'arm64' } }), [])).toBe(
    'matches nodeSelector disk=ssd, arch=arm64',
  );
});
