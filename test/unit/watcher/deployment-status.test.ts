import { describe, expect, it } from '@jest/globals';
import { type DeploymentDigest, deploymentDigest } from '../../../src/watcher/deployment-digest.ts';
import { drift, shown, sum } from '../../../src/watcher/deployment-status.ts';
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
  } = {},
): ChildFacts {
  const { ready = 2, generation = 3, observed = generation, updated = 2 } = change;
  const { labels = ['f:openmcp.k8s.io/owner-uid'] } = change;
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
    spec: { replicas: 2 },
    status: {
      observedGeneration: observed,
      replicas: 2,
      readyReplicas: ready,
      updatedReplicas: updated,
    },
  });
}

describe('sum', () => {
  it('adds the members up and names them in order', () => {
    const summed = sum(digest(), [
      { cluster: 'seoul', child: child({ ready: 1 }) },
      { cluster: 'busan', child: child() },
    ]);

    expect(summed).toMatchObject({ replicas: 4, readyReplicas: 3 });
    expect(summed.clusters.map(({ name }) => name)).toEqual(['busan', 'seoul']);
    expect(summed.ready).toEqual({
      status: 'False',
      reason: 'Progressing',
      message: '3 of 4 replicas ready',
    });
  });

  it('is available when all are ready and rolled out', () => {
    const both = [
      { cluster: 'seoul', child: child() },
      { cluster: 'busan', child: child() },
    ];

    expect(sum(digest(), both).ready.status).toBe('True');
  });

  it.each([
    { what: 'a member has not seen the last change', change: { observed: 2 } },
    { what: 'old pods still serve', change: { updated: 1 } },
  ])('is not available while $what', ({ change }) => {
    const seen = [
      { cluster: 'seoul', child: child() },
      { cluster: 'busan', child: child(change) },
    ];

    expect(sum(digest(), seen).ready.status).toBe('False');
  });
});

describe('shown', () => {
  it('knows its own writing again, so that nothing is written twice', () => {
    const summed = sum(digest(), [{ cluster: 'busan', child: child() }]);
    const conditions = [{ type: 'Ready', ...summed.ready }];
    const written = digest({ ...summed, conditions });

    expect(shown(written, summed)).toBe(true);
    expect(shown(digest(), summed)).toBe(false);
  });

  it('sees that a cluster left', () => {
    const both = sum(digest(), [
      { cluster: 'busan', child: child() },
      { cluster: 'seoul', child: child() },
    ]);
    const written = digest({ ...both, conditions: [{ type: 'Ready', ...both.ready }] });

    expect(shown(written, sum(digest(), [{ cluster: 'busan', child: child() }]))).toBe(false);
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

  it('takes a foreign object of that name for a deleted child', () => {
    const foreign = { ...child(), ownerUid: 'someone' };

    expect(drift(digest(), lookAt(foreign))).toBe('the Deployment is gone in busan');
  });
});
