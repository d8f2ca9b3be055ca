/** Leaving: in time, by force, and never with more than is ours. */

import { afterAll, describe, expect, it } from '@jest/globals';
import { API_VERSION } from '../../src/api/meta.ts';
import { DEPLOYMENTS, OPENMCP_CLUSTERS } from '../../src/kubernetes/resources.ts';
import { deploymentsOf } from '../support/deployments.ts';
import { eventually } from '../support/eventually.ts';
import { exists, openmcpDeployment, useWorld } from '../support/hub.ts';
import { membershipOf } from '../support/membership.ts';

const NAMESPACE = 'leaving';
const world = useWorld(NAMESPACE);
const { at, create, remove, gone, converged, replicas } = deploymentsOf(world, NAMESPACE);
const { ref, ip, read, edit, becomes, traces } = membershipOf(world, 'cluster2');

const bound = (name: string) =>
  openmcpDeployment(at(name), { replicas: 1, spec: { clusters: ['cluster2'] } });

describe('a leave', () => {
  // The other suites find it joined, whatever happened here.
  afterAll(async () => {
    if ((await read()).joinStatus !== 'JOIN')
      await world.commands.openmcp('join', 'cluster', '--ip', ip());
    await becomes('JOIN');
  }, 120_000);

  it('waits while workloads have nowhere to go, and is called off by JOIN', async () => {
    await create(bound('bound'));
    await converged('bound');

    await edit({ joinStatus: 'UNJOINING' });

    await eventually(async () =>
      expect((await read()).joined).toMatchObject({
        reason: 'Leaving',
        message: expect.stringMatching(/waiting until 1 workloads.*leaving\/bound.*unjoinPolicy/s),
      }),
    );
    await edit({ joinStatus: 'JOIN' });
    await eventually(async () =>
      expect((await read()).joined).toMatchObject({ status: 'True', reason: 'Joined' }),
    );
    await converged('bound');
    expect(await replicas('bound')).toEqual({ cluster2: 1 });
  });

  it('removes them where the policy says so', async () => {
    await edit({ joinStatus: 'UNJOINING', unjoinPolicy: 'Remove' });

    await becomes('UNJOIN');
    expect(await replicas('bound')).toEqual({});
    expect(await traces()).toEqual([]);
    await remove('bound');
    await gone('bound');
    const joined = await world.commands.openmcp('join', 'cluster', '--ip', ip(), '-o', 'json');
    expect(joined).toMatchObject({ code: 0 });
    expect(JSON.parse(joined.stdout)).toEqual({ joined: 'cluster2', ip: ip() });
  });

  it('leaves a dead member by force, and pays what it is owed when it returns', async () => {
    await create(openmcpDeployment(at('dead'), { replicas: 4 }));
    await converged('dead');
    await world.without('cluster2/kube-apiserver', async () => {
      await eventually(
        async () =>
          expect((await read()).ready).toMatchObject({
            status: 'False',
            reason: 'ClusterUnreachable',
          }),
        30_000,
      );

      const left = await world.commands.openmcp('unjoin', 'cluster', '--ip', ip(), '--force');

      expect(left).toMatchObject({ code: 0 });
      expect((await read()).owed).toContainEqual(expect.objectContaining({ kind: 'Member' }));
      await eventually(async () => {
        const found = await world.member('cluster1').read(DEPLOYMENTS, at('dead'));
        expect(found).toMatchObject({ spec: { replicas: 4 } });
      });
    });
    await eventually(async () => {
      expect((await read()).owed).toEqual([]);
      expect(await traces()).toEqual([]);
      expect(await replicas('dead')).toEqual({ cluster1: 4 });
    }, 90_000);
  }, 240_000);

  it('comes before a deleted OpenMCPCluster goes', async () => {
    const joined = await world.commands.openmcp('join', 'cluster', '--ip', ip());
    expect(joined).toMatchObject({ code: 0 });
    expect(joined.stdout).toContain("Success Join 'cluster2'");
    const { serverIP, nodeInfo, metalLBRange } = await read();

    await world.hub.delete(OPENMCP_CLUSTERS, ref);

    await eventually(
      async () => expect(await exists(world.hub, OPENMCP_CLUSTERS, ref)).toBe(false),
      90_000,
    );
    expect(await traces()).toEqual([]);
    const spec = { serverIP, nodeInfo, metalLBRange, joinStatus: 'JOINING' };
    await world.hub.create(OPENMCP_CLUSTERS, {
      apiVersion: API_VERSION,
      kind: 'OpenMCPCluster',
      metadata: ref,
      spec,
    });
    await becomes('JOIN');
  }, 180_000);
});
