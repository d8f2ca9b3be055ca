import { describe, expect, it } from '@jest/globals';
import { childDeployment } from '../../../activities/member-cluster/child-deployment.ts';
import { deploymentDigest, reasonToWake, settled } from '../../../src/watcher/deployment-digest.ts';

const condition = (type: string, status: string, reason = '') => ({ type, status, reason });

function resource(change: { metadata?: object; status?: object; spec?: object } = {}) {
  return deploymentDigest({
    apiVersion: 'openmcp.k8s.io/v1alpha1',
    kind: 'OpenMCPDeployment',
    metadata: {
      name: 'web',
      namespace: 'shop',
      uid: 'uid-1',
      generation: 2,
      finalizers: ['openmcp.k8s.io/cleanup'],
      ...change.metadata,
    },
    spec: { replicas: 4, ...change.spec },
    status: {
      observedGeneration: 2,
      conditions: [condition('Placed', 'True', 'Placed'), condition('Synced', 'True', 'Synced')],
      ...change.status,
    },
  });
}

it('counts the labels and annotations that each member object gets', () => {
  const spec = {
    labels: { app: 'web' },
    template: { metadata: { labels: { app: 'web', tier: 'front' }, annotations: { note: 'x' } } },
  };
  const object = {
    apiVersion: 'openmcp.k8s.io/v1alpha1',
    kind: 'OpenMCPDeployment',
    metadata: { name: 'web', namespace: 'shop' },
    spec,
  };
  const child = childDeployment(object, { replicas: 1, uid: undefined, live: null });
  const { labels = {}, annotations = {} } = child.metadata;

  expect(deploymentDigest(object).marks).toBe(
    Object.keys(labels).length + Object.keys(annotations).length,
  );
});

it('knows which clusters its spec names, and whether it was told that some are not there', () => {
  const spec = { clusters: ['busan'], weights: { seoul: 2, nope: 0 } };
  const message = 'busan: 4; the fleet has no cluster as named in spec.weights: nope';
  const told = [{ ...condition('Placed', 'True', 'Placed'), message }];

  expect(resource({ spec })).toMatchObject({
    named: ['busan', 'seoul', 'nope'],
    toldUnknown: false,
  });
  expect(resource({ spec, status: { conditions: told } }).toldUnknown).toBe(true);
});

describe('settled', () => {
  it.each([
    { what: 'a reported and synced one', change: {}, expected: true },
    {
      what: 'one that nobody has seen',
      change: { status: {}, metadata: { generation: 3 } },
      expected: false,
    },
    {
      what: 'one that a cluster has not taken',
      change: {
        status: { conditions: [condition('Placed', 'True'), condition('Synced', 'Unknown')] },
      },
      expected: false,
    },
    {
      what: 'one that fits nowhere',
      change: {
        status: {
          conditions: [condition('Placed', 'False', 'Unplaceable'), condition('Synced', 'True')],
        },
      },
      expected: false,
    },
    {
      what: 'one that was refused: it waits for its author',
      change: {
        status: {
          conditions: [
            condition('Placed', 'False', 'Rejected'),
            condition('Synced', 'False', 'Rejected'),
          ],
        },
      },
      expected: true,
    },
    {
      what: 'one being deleted that we hold',
      change: { metadata: { deletionTimestamp: 'now' } },
      expected: false,
    },
    {
      what: 'one being deleted that we do not hold',
      change: { metadata: { deletionTimestamp: 'now', finalizers: ['other'] } },
      expected: true,
    },
  ])('$what → $expected', ({ change, expected }) => {
    expect(settled(resource(change))).toBe(expected);
  });
});

describe('reasonToWake', () => {
  it('starts nothing for a settled resource found at start', () => {
    expect(reasonToWake(resource(), null)).toBeNull();
  });

  it('ignores what we wrote into the status ourselves', () => {
    const before = resource({ status: { readyReplicas: 1 } });

    expect(reasonToWake(resource({ status: { readyReplicas: 4 } }), before)).toBeNull();
  });

  it('wakes for a new generation, a deletion, and an adoption', () => {
    const before = resource();

    expect(reasonToWake(resource({ metadata: { generation: 3 } }), before)).toBe('generation 3');
    expect(reasonToWake(resource({ metadata: { deletionTimestamp: 'now' } }), before)).toBe(
      'deleted',
    );
    const adopting = resource({ metadata: { annotations: { 'openmcp.k8s.io/adopt': 'true' } } });
    expect(reasonToWake(adopting, before)).toBe('adoption changed');
  });

  it('takes a resource made again under the same name for a new one', () => {
    const before = resource();

    expect(reasonToWake(resource({ metadata: { uid: 'uid-2', generation: 1 } }), before)).toBe(
      'found unsettled',
    );
  });
});
