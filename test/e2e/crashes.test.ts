/** kill -9 in the middle of things: all of it converges, nothing is done twice, nothing is lost. */

import { afterAll, describe, expect, it } from '@jest/globals';
import { KEYS } from '../../src/api/meta.ts';
import { DEPLOYMENTS } from '../../src/kubernetes/resources.ts';
import { deploymentsOf } from '../support/deployments.ts';
import { eventually } from '../support/eventually.ts';
import { openmcpDeployment, useWorld } from '../support/hub.ts';
import { membershipOf } from '../support/membership.ts';

const NAMESPACE = 'crashes';
const world = useWorld(NAMESPACE);
const { at, create, remove, gone, converged } = deploymentsOf(world, NAMESPACE);
const { ip, edit, read, becomes, traces } = membershipOf(world, 'cluster2');
const KILLED = ['worker', 'controller', 'temporal'] as const;
const MEMBERS = ['cluster1', 'cluster2'];

const numbered = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
const createAll = (names: readonly string[]) =>
  Promise.all(names.map((name) => create(openmcpDeployment(at(name), { simulated: true }))));

/** Owners of the objects in a member, by the objects' names. */
async function ownersIn(cluster: string): Promise<Record<string, string>> {
  const { items } = await world.member(cluster).list(DEPLOYMENTS, {
    namespace: NAMESPACE,
    labelSelector: KEYS.ownerUid,
  });
  return Object.fromEntries(
    items.map(({ metadata }) => [metadata.name, metadata.labels?.[KEYS.ownerUid] ?? '']),
  );
}

describe('in the middle of a placement of 50 deployments', () => {
  it.each(KILLED)(
    'a killed %s costs nothing but time',
    async (component) => {
      const [early, late] = [numbered(25, `${component}-early`), numbered(25, `${component}-late`)];
      const earlier = await createAll(early);
      await eventually(async () =>
        expect(Object.keys(await ownersIn('cluster2')).length).toBeGreaterThan(3),
      );

      await world.fleet.control.kill(component);
      // It is down, or just about to come back: these arrive while nobody looks.
      const later = await createAll(late);

      for (const name of [...early, ...late]) await converged(name, 120_000);
      const owners = Object.fromEntries(
        [...earlier, ...later].map(({ metadata }) => [metadata.name, metadata.uid]),
      );
      for (const cluster of MEMBERS) expect(await ownersIn(cluster)).toEqual(owners);

      await Promise.all([...early, ...late].map((name) => remove(name)));
      for (const name of [...early, ...late]) await gone(name, 60_000);
      for (const cluster of MEMBERS) expect(await ownersIn(cluster)).toEqual({});
    },
    240_000,
  );
});

describe('in the middle of a join', () => {
  afterAll(async () => {
    if ((await read()).joinStatus === 'UNJOIN') await edit({ joinStatus: 'JOINING' });
    await becomes('JOIN');
  }, 120_000);

  it.each(KILLED)(
    'a killed %s costs nothing but time',
    async (component) => {
      const full = await traces();
      const left = await world.commands.openmcp('unjoin', 'cluster', '--ip', ip());
      expect(left).toMatchObject({ code: 0 });
      expect(await traces()).toEqual([]);
      const begun = new Date();

      await edit({ joinStatus: 'JOINING' });
      await eventually(async () => {
        const { joined, progress } = await read();
        expect(joined).toMatchObject({ status: 'Unknown' });
        expect(progress.done).toBeGreaterThan(2);
      });
      await world.fleet.control.kill(component);

      await becomes('JOIN', 120_000);
      await eventually(async () =>
        expect(await read()).toMatchObject({ ready: { status: 'True' } }),
      );
      expect((await traces()).toSorted()).toEqual(full.toSorted());
      const runs: string[] = [];
      const query = `WorkflowId = 'JoinCluster/cluster2' AND StartTime >= '${begun.toISOString()}'`;
      for await (const { runId } of world.temporal.workflow.list({ query })) runs.push(runId);
      expect(runs).toHaveLength(1);
    },
    240_000,
  );
});

it('a member that stops answering during a placement holds up no other, and catches up', async () => {
  const names = numbered(10, 'alone');
  const placeAll = async () => {
    // All are placed before the prober can notice that it is gone: that takes it three probes.
    await createAll(names);

    await eventually(async () =>
      expect(Object.keys(await ownersIn('cluster1')).length).toBe(names.length),
    );
    await eventually(async () => {
      const seen = await Promise.all(names.map((name) => world.status(NAMESPACE, name)));
      for (const { clusters } of seen) {
        expect(clusters).toContainEqual(
          expect.objectContaining({ name: 'cluster2', outcome: 'Unavailable' }),
        );
      }
    });
  };
  await world.without('cluster2/kube-apiserver', placeAll, 'crash');

  for (const name of names) await converged(name, 120_000);
  expect(Object.keys(await ownersIn('cluster2')).length).toBe(names.length);
}, 240_000);
