import { describe, expect, it } from '@jest/globals';
import { whereaboutsOf } from '../../../../activities/registration/node-labels.ts';
import type { KubeObject } from '../../../../src/kubernetes/client.ts';

const NEW = 'topology.kubernetes.io';
const OLD = 'failure-domain.beta.kubernetes.io';

const node = (labels?: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node', labels },
});
const at = (region: string, zone: string, group = NEW) =>
  node({ [`${group}/region`]: region, [`${group}/zone`]: zone });

describe('whereaboutsOf', () => {
  const cases: [string, KubeObject[], { region: string; zone: string }][] = [
    ['nothing, of no nodes', [], { region: '', zone: '' }],
    ['nothing, of nodes that say nothing', [node(), node({})], { region: '', zone: '' }],
    ['what one node says', [node(), at('AS', 'KR')], { region: 'AS', zone: 'KR' }],
    ['the old spelling too', [at('AS', 'KR', OLD)], { region: 'AS', zone: 'KR' }],
    [
      'the new spelling before the old',
      [node({ ...at('EU', 'DE', OLD).metadata.labels, ...at('AS', 'KR').metadata.labels })],
      { region: 'AS', zone: 'KR' },
    ],
    [
      'the old spelling where the new is empty',
      [node({ [`${NEW}/region`]: '', [`${OLD}/region`]: 'AS' })],
      { region: 'AS', zone: '' },
    ],
    [
      'the region of most nodes, however they spell it',
      [at('AS', 'KR'), at('EU', 'DE'), at('EU', 'DE', OLD)],
      { region: 'EU', zone: 'DE,KR' },
    ],
    ['the first by name of two', [at('EU', 'b'), at('AS', 'a')], { region: 'AS', zone: 'a,b' }],
    [
      'every zone once, in order',
      [at('AS', 'c'), at('AS', 'a'), at('AS', 'c'), at('AS', 'b')],
      { region: 'AS', zone: 'a,b,c' },
    ],
    ['a zone without a region', [node({ [`${NEW}/zone`]: 'KR' })], { region: '', zone: 'KR' }],
  ];
  it.each(cases)('tells %s', (_, nodes, expected) => {
    expect(whereaboutsOf(nodes)).toEqual(expected);
  });
});
