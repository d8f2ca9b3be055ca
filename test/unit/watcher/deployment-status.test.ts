import { describe, expect, it } from '@jest/globals';
import { type DeploymentDigest, deploymentDigest } from '../../../src/watcher/deployment-digest.ts';
import { drift, type Sight, shown, sum } from '../../../src/watcher/deployment-status.ts';
import { type ChildFacts, childFacts } from '../../../src/watcher/member-deployments.ts';

function digest(status: object = {}): DeploymentDigest {
  return deploymentDigest({
    apiVersion: 'openmcp.k8s.io/v1alpha1',
    kind: 'OpenMCPDeployment',
    metadata: { name: 'web', namespace: 'shop', uid: 'owner', generation: 1 },
    spec: { replicas: 4 },
    status: {
      clusterMaps: { busan: 2, seoul: 2 },
      clusters: [
        { name: 'busan', outcome: 'Synced', generation: 3 },
        { name: 'seoul', outcome: 'Synced', generation: 1 },
      ],
      ...status,
    },
  });
}

function child(
  change: {
    ready?: number;
    generation?: number;
    observed?: number;
    updated?: number;
    labels?: readonly string[];
    wanted?: number;
  } = {},
): ChildFacts {
  const { ready = 2, generation = 3, observed = generation, updated = 2 } = change;
  const { wanted = 2, labels = ['f:openmcp.k8s.io/owner-uid'] } = change;
  const ours = {
    'f:labels': Object.fromEntries(labels.map((label) => [label, {}])),
    'f:annotations': { 'f:openmcp.k8s.io/owner': {} },
  };
  return childFacts({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      namespace: 'shop',
      uid: 'child',
      generation,
      labels: { 'openmcp.k8s.io/owner-uid': 'owner' },
      managedFields: [
        { manager: 'someone', operation: 'Update', fieldsV1: { 'f:metadata': { 'f:labels': {} } } },
        { manager: 'openmcp', operation: 'Apply', fieldsV1: { 'f:metadata': ours } },
      ],
    },
    spec: { replicas: wanted },
    status: {
      observedGeneration: observed,
      replicas: 2,
      readyReplicas: ready,
      updatedReplicas: updated,
    },
  });
}

const seen = (children: Sight['children'], more: Partial<Sight> = {}): Sight => ({
  children,
  blind: new Set(),
  silent: new Map(),
  ...more,
});
const both = (one: ChildFacts, other: ChildFacts = child()) =>
  seen([
    { cluster: 'seoul', child: other },
    { cluster: 'busan', child: one },
  ]);
const carriedOut = {
  observedGeneration: 1,
  conditions: [{ type: 'Placed', status: 'True', reason: 'Placed' }],
};

describe('sum', () => {
  it('adds the members up and names them in order', () => {
    const summed = sum(digest(carriedOut), both(child(), child({ ready: 1 })));

    expect(summed).toMatchObject({ replicas: 4, readyReplicas: 3 });
    expect(summed.clusters.map(({ name }) => name)).toEqual(['busan', 'seoul']);
    expect(summed.ready).toEqual({
      status: 'False',
      reason: 'Progressing',
      message: '3 of 4 replicas ready',
      observedGeneration: 1,
    });
  });

  it('is available when all are ready and rolled out', () => {
    expect(sum(digest(carriedOut), both(child())).ready.status).toBe('True');
  });

  it.each([
    { what: 'a member has not seen the last change', change: { observed: 2 } },
    { what: 'old pods still serve', change: { updated: 1 } },
  ])('is not available while $what', ({ change }) => {
    expect(sum(digest(carriedOut), both(child(change))).ready.status).toBe('False');
  });

  it('is not available while no report was about this spec, whatever runs', () => {
    const edited = { ...digest(carriedOut), generation: 2 };

    expect(sum(edited, both(child())).ready).toMatchObject({
      status: 'False',
      observedGeneration: 1,
    });
  });

  it('is not available while a cluster of the placement shows nothing', () => {
    const one = seen([{ cluster: 'busan', child: child() }]);

    expect(sum(digest(carriedOut), one).ready).toMatchObject({
      status: 'False',
      message: '2 of 4 replicas ready',
    });
  });

  it('counts the replicas that the last report left to an autoscaler', () => {
    expect(
      sum(digest(carriedOut), both(child({ wanted: 1, ready: 1 }), child({ generation: 1 }))).ready,
    ).toMatchObject({ status: 'True', message: '3 of 3 replicas ready' });
  });

  it('does not count what someone made of them since', () => {
    expect(
      sum(digest(carriedOut), both(child({ wanted: 0, ready: 0, generation: 4 }))).ready,
    ).toMatchObject({ status: 'False', message: '2 of 4 replicas ready' });
  });

  it('tells the generation that is rolled out and ready, and only then', () => {
    const { clusters } = sum(digest(carriedOut), both(child(), child({ ready: 1 })));

    expect(clusters).toEqual([
      { name: 'busan', replicas: 2, readyReplicas: 2, readyGeneration: 3 },
      { name: 'seoul', replicas: 2, readyReplicas: 1 },
    ]);
  });

  it('keeps what was told of a member that is not listed yet', () => {
    const told = digest({
      ...carriedOut,
      clusters: [{ name: 'busan', replicas: 2, readyReplicas: 1 }],
    });
    const { clusters } = sum(told, seen([], { blind: new Set(['busan']) }));

    expect(clusters).toEqual([{ name: 'busan', replicas: 2, readyReplicas: 1 }]);
  });

  it('does not know whether what a silent member held is still ready', () => {
    const sight = { ...both(child()), silent: new Map([['busan', 'no answer']]) };

    expect(sum(digest(carriedOut), sight).ready).toMatchObject({
      status: 'Unknown',
      reason: 'ClusterUnreachable',
      message: '4 of 4 replicas ready when busan was seen last',
    });
  });

  it('does not mind the silence of a member that holds nothing of it', () => {
    const sight = { ...both(child()), silent: new Map([['jeju', 'no answer']]) };

    expect(sum(digest(carriedOut), sight).ready.status).toBe('True');
  });
});

describe('shown', () => {
  const written = (summed: ReturnType<typeof sum>) =>
    digest({ ...summed, conditions: [{ type: 'Ready', ...summed.ready }] });

  it('knows its own writing again, so that nothing is written twice', () => {
    const summed = sum(digest(), seen([{ cluster: 'busan', child: child() }]));

    expect(shown(written(summed), summed)).toBe(true);
    expect(shown(digest(), summed)).toBe(false);
  });

  it('sees that a cluster left', () => {
    const before = sum(digest(), both(child()));

    expect(
      shown(written(before), sum(digest(), seen([{ cluster: 'busan', child: child() }]))),
    ).toBe(false);
  });

  it('sees that a rollout ended while the numbers stayed', () => {
    const before = sum(digest(), both(child({ observed: 2 })));

    expect(shown(written(before), sum(digest(), both(child())))).toBe(false);
  });
});

describe('drift', () => {
  const lookAt =
    (facts: ChildFacts | null, synced = true) =>
    (cluster: string) =>
      cluster === 'busan'
        ? { synced, child: facts }
        : { synced: true, child: child({ generation: 1 }) };

  it.each([
    { what: 'nothing, as applied', facts: child(), synced: true, expected: null },
    {
      what: 'a deleted child',
      facts: null,
      synced: true,
      expected: 'the Deployment is gone in busan',
    },
    {
      what: 'a label that someone took or changed',
      facts: child({ labels: [] }),
      synced: true,
      expected: 'a label or annotation was changed in busan',
    },
    {
      what: 'nothing in labels that others added',
      facts: child({ labels: ['f:openmcp.k8s.io/owner-uid', 'f:other'] }),
      synced: true,
      expected: null,
    },
    {
      what: 'a changed child',
      facts: child({ generation: 4 }),
      synced: true,
      expected: 'the Deployment was changed in busan',
    },
    {
      what: 'nothing while its watch is behind',
      facts: child({ generation: 2 }),
      synced: true,
      expected: null,
    },
    { what: 'nothing before the first list', facts: null, synced: false, expected: null },
  ])('finds $what', ({ facts, synced, expected }) => {
    expect(drift(digest(), lookAt(facts, synced))).toBe(expected);
  });

  it('names every cluster where something was changed', () => {
    const gone = () => ({ synced: true, child: null });

    expect(drift(digest(), gone)).toBe(
      'the Deployment is gone in busan, the Deployment is gone in seoul',
    );
  });

  it('takes a foreign object of that name for a deleted child', () => {
    const foreign = { ...child(), ownerUid: 'someone' };

    expect(drift(digest(), lookAt(foreign))).toBe('the Deployment is gone in busan');
  });

  it('tells a child that was deleted and made again by another hand', () => {
    const told = digest({
      clusters: [{ name: 'busan', outcome: 'Synced', generation: 3, uid: 'former' }],
    });

    expect(drift(told, lookAt(child()))).toBe('the Deployment was made again in busan');
  });

  it('finds what stayed in a cluster that left the placement', () => {
    const left = digest({
      clusterMaps: { seoul: 4 },
      conditions: [{ type: 'Placed', status: 'True', reason: 'Placed' }],
    });

    expect(drift(left, lookAt(child()))).toBe('a Deployment is left behind in busan');
  });
});
