import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Sandbox, sandbox } from '../../support/sandbox.ts';
import { asker } from './smallest.ts';

let world: Sandbox;
let ask: ReturnType<typeof asker>;

beforeAll(async () => {
  world = await sandbox('openmcp');
  ask = asker(world);
});
afterAll(() => world.dispose());

type Json = Readonly<Record<string, unknown>>;

const pod = (fields: Json) => ({ spec: { template: { spec: { template: { spec: fields } } } } });

describe('an OpenMCPDeployment is refused that', () => {
  it.each<[string, Json, string]>([
    [
      'has less than no replicas',
      { replicas: -1 },
      'spec.replicas: Invalid value: -1: spec.replicas in body should be greater than or equal to 0',
    ],
    ['has half a replica', { replicas: 1.5 }, 'spec.replicas in body must be of type integer'],
    ['has replicas in words', { replicas: 'two' }, 'spec.replicas in body must be of type integer'],
    ['says nothing of labels', { labels: null }, 'spec.labels: Required value'],
    [
      'has no label',
      { labels: { app: null } },
      'spec.labels: Invalid value: spec.labels must not be empty: give at least one label, such as app: web',
    ],
    [
      'has a label that is none',
      { labels: { app: 'a b' } },
      'spec.labels.app: Invalid value: "a b"',
    ],
    [
      'has a key that is none',
      { labels: { 'a b': 'c' } },
      'spec.labels: Invalid value: spec.labels has a key that no label can have: use letters, digits, - _ . and at most one prefix/',
    ],
    ['says nothing of pods', { template: null }, 'spec.template: Required value'],
    [
      'has pods without containers',
      pod({ containers: [] }).spec,
      'spec.template.spec.template.spec.containers in body should have at least 1 items',
    ],
    [
      'has a container without a name',
      pod({ containers: [{ image: 'nginx' }] }).spec,
      'spec.template.spec.template.spec.containers[0].name: Required value',
    ],
    [
      'names a cluster by what no cluster is called',
      { clusters: ['cluster1', 'Seoul_1'] },
      'spec.clusters[1]: Invalid value: "Seoul_1"',
    ],
    ['names a cluster twice', { clusters: ['a', 'a'] }, 'spec.clusters[1]: Duplicate value: "a"'],
    [
      'weighs a cluster that it keeps out',
      { clusters: ['cluster1'], weights: { cluster1: 1, cluster2: 1 } },
      'spec.weights: Invalid value: spec.weights names a cluster that spec.clusters does not: add it there, or remove its weight',
    ],
    [
      'gives no cluster a share',
      { weights: { cluster1: 0 } },
      'spec.weights: Invalid value: spec.weights gives no cluster a share: at least one weight must be above 0',
    ],
    [
      'gives a cluster less than nothing',
      { weights: { cluster1: -1 } },
      'spec.weights.cluster1: Invalid value: -1',
    ],
    [
      'asks for what clusters do not have',
      { affinity: { regoin: ['EU'] } },
      'spec.affinity: Invalid value: spec.affinity has an unknown key: only region and zone are known',
    ],
    [
      'is spread over what there is not',
      { spread: [{ by: 'country' }] },
      'spec.spread[0].by: Unsupported value: "country": supported values: "cluster", "region", "zone"',
    ],
    [
      'is spread by no difference at all',
      { spread: [{ by: 'zone', maxSkew: 0 }] },
      'spec.spread[0].maxSkew: Invalid value: 0',
    ],
    [
      'is spread over more groups than it may',
      { spread: [{ by: 'zone', minGroups: 3, maxGroups: 2 }] },
      'spec.spread[0].minGroups: Invalid value: spread.minGroups is larger than spread.maxGroups: lower it, or raise maxGroups',
    ],
    [
      'tolerates in an unknown way',
      { clusterTolerations: [{ operator: 'Is' }] },
      'spec.clusterTolerations[0].operator: Unsupported value: "Is": supported values: "Exists", "Equal"',
    ],
    [
      'tolerates an unknown effect',
      { clusterTolerations: [{ effect: 'NoWay' }] },
      'spec.clusterTolerations[0].effect: Unsupported value: "NoWay"',
    ],
  ])('%s', async (_what, spec, message) => {
    await expect(ask('OpenMCPDeployment', { spec })).rejects.toMatchObject({
      code: 'Rejected',
      message: expect.stringContaining(message),
    });
  });
});

it('does not refuse what only looks wrong', async () => {
  const spec = {
    labels: { 'example.org/app.name': 'web_1.0', empty: '' },
    clusters: [],
    weights: { cluster1: 0, cluster2: 1 },
    spread: [{ by: 'zone', minGroups: 2, maxGroups: 2 }],
  };

  expect(await ask('OpenMCPDeployment', { spec })).toMatchObject({ spec });
});
