import { expect, it } from '@jest/globals';
import { nodeReady } from '../../../../src/scheduler/plugins/node-ready.ts';
import { node, workload } from '../../../fakes/fleet.ts';

it('takes nothing on a node that is cordoned or not ready', () => {
  expect(nodeReady.fits(workload(), node('a'))).toBe(Number.POSITIVE_INFINITY);
  expect(nodeReady.fits(workload(), node('a', { schedulable: false }))).toBe(0);
});
