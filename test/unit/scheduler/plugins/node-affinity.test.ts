import { describe, expect, it } from '@jest/globals';
import type { NodeCondition } from '../../../../src/api/workload.ts';
import { nodeAffinity } from '../../../../src/scheduler/plugins/node-affinity.ts';
import { node, workload } from '../../../fakes/fleet.ts';

const here = node('node-1', { labels: { disk: 'ssd', cores: '16' } });

function when(
  key: string,
  operator: NodeCondition['operator'],
  values: readonly string[] = [],
  on: NodeCondition['on'] = 'label',
): NodeCondition {
  return { on, key, operator, values };
}

describe('nodeAffinity', () => {
  it.each([
    [[], true, 'nothing is asked'],
    [[[when('disk', 'In', ['ssd', 'nvme'])]], true, 'one of the values'],
    [[[when('disk', 'In', ['hdd'])]], false, 'none of the values'],
    [[[when('gone', 'In', ['x'])]], false, 'In needs the label'],
    [[[when('disk', 'NotIn', ['hdd'])]], true, 'another value'],
    [[[when('disk', 'NotIn', ['ssd'])]], false, 'that very value'],
    [[[when('gone', 'NotIn', ['x'])]], true, 'NotIn holds without the label'],
    [[[when('disk', 'Exists')]], true, 'the label is there'],
    [[[when('gone', 'Exists')]], false, 'the label is not there'],
    [[[when('gone', 'DoesNotExist')]], true, 'the label is not there'],
    [[[when('disk', 'DoesNotExist')]], false, 'the label is there'],
    [[[when('cores', 'Gt', ['8'])]], true, 'more'],
    [[[when('cores', 'Gt', ['16'])]], false, 'as many are not more'],
    [[[when('cores', 'Lt', ['32'])]], true, 'fewer'],
    [[[when('disk', 'Gt', ['8'])]], false, 'not a number'],
    [[[when('disk', 'In', ['ssd']), when('cores', 'Gt', ['32'])]], false, 'all of a term'],
    [[[when('gone', 'Exists')], [when('disk', 'Exists')]], true, 'any of the terms'],
    [[[]], false, 'an empty term matches nothing'],
    [[[when('metadata.name', 'In', ['node-1'], 'field')]], true, 'the name of the node'],
    [[[when('metadata.name', 'In', ['node-2'], 'field')]], false, 'the name of another node'],
  ])('case %#: terms %j fit: %s (%s)', (terms, fits, _why) => {
    expect(nodeAffinity.fits(workload({ nodeAffinity: terms }), here) > 0).toBe(fits);
  });

  it('says what was asked', () => {
    const terms = [
      [when('disk', 'In', ['nvme', 'ssd']), when('gpu', 'Exists')],
      [when('cores', 'Gt', ['64'])],
    ];

    expect(nodeAffinity.wanted(workload({ nodeAffinity: terms }), [here])).toBe(
      'matches the required node affinity (disk In nvme|ssd, gpu Exists; or cores Gt 64)',
    );
  });
});
