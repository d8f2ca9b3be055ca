/** An OpenMCPDeployment from its creation to its deletion, the sample as it stands first. */

import { afterAll, describe, expect, it } from '@jest/globals';
import { reflect } from '../../src/kubernetes/reflector.ts';
import { DEPLOYMENTS, EVENTS, OPENMCP_DEPLOYMENTS } from '../../src/kubernetes/resources.ts';
import { container, deploymentsOf } from '../support/deployments.ts';
import { eventually } from '../support/eventually.ts';
import { openmcpDeployment, useWorld } from '../support/hub.ts';

const NAMESPACE = 'placement';
const world = useWorld(NAMESPACE);
const { at, create, change, remove, gone, converged, status, replicas, comesTo } = deploymentsOf(
  world,
  NAMESPACE,
);

describe('the sample', () => {
  const sample = { namespace: 'openmcp', name: 'openmcp-deployment' };

  afterAll(async () => {
    await world.hub.delete(OPENMCP_DEPLOYMENTS, sample);
  });

  it('runs as 2 + 2, put there by a workflow that Temporal shows', async () => {
    const { kubectl, kubectlOut } = world.commands;

    const created = await kubectl('create', '-f', 'sample/openmcpdeployment/.');

    expect(created).toMatchObject({ code: 0 });
    const seen = await world.converged(sample.namespace, sample.name);
    expect(seen.clusterMaps).toEqual({ cluster1: 2, cluster2: 2 });
    expect(seen).toMatchObject({ replicas: 4, readyReplicas: 4 });
    for (const cluster of ['cluster1', 'cluster2']) {
      const where = ['-n', 'openmcp', '--context', cluster];
      const pods = await kubectlOut('get', 'pods', ...where, '-o', 'name');
      expect(pods.split('\n')).toHaveLength(2);
    }

    const { id = '', runId } = seen.workflow ?? {};
    expect(id).toBe('OpenMCPDeployment/openmcp/openmcp-deployment');
    await eventually(async () => {
      const run = await world.temporal.workflow.getHandle(id, runId).describe();
      expect(run.status.name).toBe('COMPLETED');
    });
    const { ui, namespace } = world.fleet.endpoints.temporal;
    const page = await fetch(
      `${ui}/api/v1/namespaces/${namespace}/workflows?query=OpenMcpName%3D%22${sample.name}%22`,
    );
    expect(await page.text()).toContain(id);
  });

  it('reads well in kubectl', async () => {
    const { kubectlOut } = world.commands;

    const row = await kubectlOut('get', 'odeploy', '-n', 'openmcp');
    const story = await kubectlOut('describe', 'odeploy', sample.name, '-n', 'openmcp');

    expect(row).toMatch(/NAME +WANTED +READY +CLUSTERS +PLACED +SYNCED +AGE/);
    expect(row).toMatch(/openmcp-deployment +4 +4 +\{"cluster1":2,"cluster2":2\} +Placed +Synced/);
    expect(story).toMatch(/Normal +Placed .*cluster1: 2, cluster2: 2/);
  });

  it('is planned by openmcp plan, with scores, and nothing is changed', async () => {
    const { openmcp } = world.commands;

    const plan = await openmcp('plan', '-f', 'sample/weights/cr.yaml');

    expect(plan).toMatchObject({ code: 0 });
    expect(plan.stdout).toMatch(/CLUSTER +REPLICAS +SCORE +ROOM +REASON/);
    expect(plan.stdout).toMatch(/\+ create in cluster1: \d+/);
    expect(plan.stdout).toContain('Nothing was changed.');
    const { items } = await world.hub.list(OPENMCP_DEPLOYMENTS);
    expect(items.map(({ metadata }) => metadata.name)).toEqual([sample.name]);
  });
});

describe('an edit', () => {
  it('of image, env or labels reaches every member', async () => {
    await create(openmcpDeployment(at('edited')));
    await converged('edited');

    const env = [{ name: 'COLOR', value: 'blue' }];
    await change('edited', container({ image: 'nginx:stable', env }));
    await change('edited', { spec: { labels: { app: 'edited', tier: 'front' } } });

    await converged('edited');
    for (const cluster of ['cluster1', 'cluster2']) {
      const child = await world.member(cluster).read(DEPLOYMENTS, at('edited'));
      expect(child).toMatchObject({
        metadata: { labels: { tier: 'front' } },
        spec: {
          template: {
            metadata: { labels: { tier: 'front' } },
            spec: { containers: [{ image: 'nginx:stable', env }] },
          },
        },
      });
    }
  });

  it('to no replicas leaves nothing in the members and says so, and back', async () => {
    const { kubectl } = world.commands;
    const scale = (to: number) =>
      kubectl('scale', 'odeploy', 'emptied', '-n', NAMESPACE, '--replicas', String(to));
    await create(openmcpDeployment(at('emptied'), { replicas: 4 }));
    await converged('emptied');

    expect(await scale(0)).toMatchObject({ code: 0 });

    await comesTo('emptied', {});
    // Pods that were there are counted until they are gone.
    await eventually(async () =>
      expect(await status('emptied')).toMatchObject({
        clusterMaps: {},
        clusters: [],
        replicas: 0,
        readyReplicas: 0,
      }),
    );
    await scale(2);
    await comesTo('emptied', { cluster1: 1, cluster2: 1 });
  });

  it('of the replicas moves the fewest', async () => {
    await create(openmcpDeployment(at('grown'), { replicas: 3 }));
    const { clusterMaps: before } = await converged('grown');

    await change('grown', { spec: { replicas: 4 } });

    const { clusterMaps: after } = await converged('grown');
    expect(after).toEqual({ cluster1: 2, cluster2: 2 });
    for (const [name, count] of Object.entries(before)) {
      expect(after[name]).toBeGreaterThanOrEqual(count);
    }
  });

  it('of the clusters takes replicas away only once they are ready elsewhere', async () => {
    await create(openmcpDeployment(at('moved'), { replicas: 6 }));
    await converged('moved');
    const ready = new Map<string, number>();
    const lows: number[] = [];
    const watches = ['cluster1', 'cluster2'].map((cluster) =>
      reflect<number>({
        client: world.member(cluster),
        resource: DEPLOYMENTS,
        namespace: NAMESPACE,
        fieldSelector: 'metadata.name=moved',
        digest: (object) => Number(/"readyReplicas":(\d+)/.exec(JSON.stringify(object))?.[1] ?? 0),
        onChange: ({ type, object }) => {
          ready.set(cluster, type === 'deleted' ? 0 : object);
          if (ready.size === 2) lows.push([...ready.values()].reduce((sum, each) => sum + each, 0));
        },
      }),
    );
    await Promise.all(watches.map(({ synced }) => synced));

    await change('moved', { spec: { clusters: ['cluster2'] } });

    await comesTo('moved', { cluster2: 6 });
    await Promise.all(watches.map((watch) => watch.stop()));
    expect(Math.min(...lows)).toBeGreaterThanOrEqual(6);
    await eventually(async () => {
      const { clusters } = await status('moved');
      expect(clusters.map(({ name }) => name)).toEqual(['cluster2']);
    });
  });
});

describe('deletion', () => {
  it('cleans every member, and then lets the resource go', async () => {
    await create(openmcpDeployment(at('ended')));
    await converged('ended');

    await remove('ended');

    await gone('ended');
    expect(await replicas('ended')).toEqual({});
  });

  it('and creation under the same name leave the new one in place', async () => {
    await create(openmcpDeployment(at('again'), { replicas: 4 }));
    await converged('again');

    await remove('again');
    await gone('again');
    await create(openmcpDeployment(at('again'), { replicas: 2 }));

    await converged('again');
    expect(await replicas('again')).toEqual({ cluster1: 1, cluster2: 1 });
  });
});

it('tells of what was decided by Events', async () => {
  const { items } = await world.hub.list(EVENTS, { namespace: NAMESPACE });

  expect(items).toContainEqual(
    expect.objectContaining({ reason: 'Placed', message: 'cluster1: 2, cluster2: 2' }),
  );
});
