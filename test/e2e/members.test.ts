/** What others do in a member, and what we do about it. */

import { describe, expect, it } from '@jest/globals';
import { KEYS } from '../../src/api/meta.ts';
import type { KubeObject } from '../../src/kubernetes/client.ts';
import { DEPLOYMENTS, HPAS, PODS } from '../../src/kubernetes/resources.ts';
import { container, deploymentsOf } from '../support/deployments.ts';
import { eventually } from '../support/eventually.ts';
import { openmcpDeployment, useWorld } from '../support/hub.ts';

const NAMESPACE = 'members';
const world = useWorld(NAMESPACE);
const { at, create, change, remove, gone, converged, status, replicas, comesTo } = deploymentsOf(
  world,
  NAMESPACE,
);

describe('in a member', () => {
  it('replicas that someone changed come back', async () => {
    await create(openmcpDeployment(at('drift'), { replicas: 4 }));
    await converged('drift');

    const { kubectlOut } = world.commands;
    await kubectlOut(
      'scale',
      'deploy/drift',
      '--replicas=0',
      '-n',
      NAMESPACE,
      '--context',
      'cluster1',
    );

    expect((await comesTo('drift', { cluster1: 2, cluster2: 2 })).readyReplicas).toBe(4);
    await eventually(async () =>
      expect(
        await kubectlOut('get', 'events', '-n', NAMESPACE, '--field-selector', 'reason=Drift'),
      ).toMatch(/openmcpdeployment\/drift +the Deployment was changed in cluster1/),
    );
  });

  it('a Deployment that someone deleted comes back', async () => {
    await converged('drift');
    const before = await world.member('cluster2').read(DEPLOYMENTS, at('drift'));

    await world.member('cluster2').delete(DEPLOYMENTS, at('drift'));

    await eventually(async () => {
      const now = await world.member('cluster2').read(DEPLOYMENTS, at('drift'));
      expect(now?.metadata.uid).toBeDefined();
      expect(now?.metadata.uid).not.toBe(before?.metadata.uid);
    });
    await converged('drift');
  });

  it('a label or annotation of ours that someone took comes back', async () => {
    await converged('drift');
    const metadata = { labels: { app: null } };

    await world.member('cluster1').patch(DEPLOYMENTS, at('drift'), { metadata }, { type: 'merge' });

    await eventually(async () => {
      const now = await world.member('cluster1').read(DEPLOYMENTS, at('drift'));
      expect(now?.metadata.labels).toMatchObject({ app: 'drift' });
    });
  });

  it('replicas under an HPA are left to it', async () => {
    await create(openmcpDeployment(at('scaled')));
    await converged('scaled');
    await world.member('cluster1').create(HPAS, {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: at('scaled'),
      spec: {
        minReplicas: 3,
        maxReplicas: 5,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'scaled' },
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
          },
        ],
      },
    });
    await eventually(
      async () => expect(await replicas('scaled')).toEqual({ cluster1: 3, cluster2: 1 }),
      60_000,
    );

    await change('scaled', container({ image: 'nginx:stable' }));
    await converged('scaled');

    expect(await replicas('scaled')).toEqual({ cluster1: 3, cluster2: 1 });
    await eventually(async () =>
      expect(await status('scaled')).toMatchObject({ readyReplicas: 4 }),
    );
  });

  it('pods that fail are counted without a workflow', async () => {
    // A real kubelet would tell the truth again at once.
    await create(openmcpDeployment(at('counted'), { replicas: 4, simulated: true }));
    const { workflow } = await converged('counted');
    const member = world.member('cluster1');
    const { items } = await member.list(PODS, {
      namespace: NAMESPACE,
      labelSelector: 'app=counted',
    });

    const condition = { type: 'Ready', status: 'False', reason: 'Test', message: '' };
    for (const { metadata } of items) {
      await member.patch(
        PODS,
        { namespace: NAMESPACE, name: metadata.name },
        { status: { conditions: [condition] } },
        { type: 'merge', subresource: 'status' },
      );
    }

    await eventually(async () => {
      const now = await status('counted');
      expect(now).toMatchObject({ readyReplicas: 2, workflow });
      expect(now.conditions).toContainEqual(
        expect.objectContaining({ type: 'Ready', status: 'False' }),
      );
    });
  });
});

describe('what is not ours', () => {
  const foreign = (name: string): KubeObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...at(name), labels: { team: 'other' } },
    spec: {
      replicas: 1,
      selector: { matchLabels: { team: 'other' } },
      template: {
        metadata: { labels: { team: 'other' } },
        spec: { containers: [{ name: 'web', image: 'other:1' }] },
      },
    },
  });

  it('is not touched, and the condition says what to do', async () => {
    await create(openmcpDeployment(at('maker')));
    await converged('maker');
    await world.member('cluster1').create(DEPLOYMENTS, foreign('taken'));

    await create(openmcpDeployment(at('taken')));

    await eventually(async () => {
      const { conditions, clusters } = await status('taken');
      const synced = conditions.find(({ type }) => type === 'Synced');
      expect(synced).toMatchObject({ status: 'False', reason: 'PartlySynced' });
      expect(synced?.message).toContain('exists and is not ours');
      expect(synced?.message).toContain(KEYS.adopt);
      expect(clusters).toContainEqual(
        expect.objectContaining({ name: 'cluster2', outcome: 'Synced' }),
      );
    });
    const live = await world.member('cluster1').read(DEPLOYMENTS, at('taken'));
    expect(live).toMatchObject({
      spec: { template: { spec: { containers: [{ image: 'other:1' }] } } },
    });
  });

  it('is taken over when the user says so, and released at the end', async () => {
    await change('taken', { metadata: { annotations: { [KEYS.adopt]: 'true' } } });

    await converged('taken');
    const taken = await world.member('cluster1').read(DEPLOYMENTS, at('taken'));
    expect(taken).toMatchObject({
      spec: { template: { spec: { containers: [{ image: 'nginx:1' }] } } },
    });

    await remove('taken');
    await gone('taken');
    const released = await world.member('cluster1').read(DEPLOYMENTS, at('taken'));
    expect(released?.metadata.labels?.[KEYS.ownerUid]).toBeUndefined();
    expect(await replicas('taken')).toEqual({ cluster1: 1 });
    await world.member('cluster1').delete(DEPLOYMENTS, at('taken'));
  });
});
