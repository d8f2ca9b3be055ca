/** What breaks is mended: a node that loses power, a network that goes away, a program of a node that dies. */

import { expect, it } from '@jest/globals';
import * as z from 'zod';
import { NODES } from '../../../src/kubernetes/resources.ts';
import { eventually } from '../../support/eventually.ts';
import { fetched } from '../../support/http.ts';
import { deployment, ingress, service, WEB } from '../../support/manifests.ts';
import { describeReal, useMember } from '../../support/real-nodes.ts';

const NODE = 'cluster1-node-0';
const Node = z.object({
  status: z.object({
    conditions: z.array(z.object({ type: z.string(), status: z.string() })),
  }),
});

describeReal('traffic to a LoadBalancer address comes back', () => {
  const { world, apply, ready, address } = useMember('cluster1');
  const answers = async () => {
    const ip = await address('web');
    return eventually(async () => {
      const answer = await fetched(ip);
      expect(answer.status).toBe(200);
      return answer.body;
    }, 90_000);
  };

  it('is there before', async () => {
    await apply(deployment('web', WEB, { replicas: 2 }), service('web', 'LoadBalancer'));
    await ready('app=web', 2);
    expect(await answers()).toMatch(/^pod=web-/);
  }, 120_000);

  /** SIGKILL; resolves once another process has its place. */
  const replaced = async (component: string) => {
    const before = await world.fleet.pid(component);
    await world.fleet.control.kill(component);
    await eventually(async () => {
      expect((await world.fleet.pids())[component] ?? before).not.toBe(before);
    }, 30_000);
  };
  const facts = (pods: Awaited<ReturnType<typeof ready>>) =>
    pods
      .map(({ metadata: { name }, status: { podIP, containerStatuses } }) => {
        return { name, podIP, restarts: containerStatuses[0]?.restartCount };
      })
      .toSorted((one, other) => one.name.localeCompare(other.name));

  it.each(['containerd', 'kubelet'])(
    'after %s of its node was killed, and its pods have run on and others can come',
    async (program) => {
      const before = facts(await ready('app=web', 2));

      await replaced(`${NODE}/${program}`);

      expect(await answers()).toMatch(/^pod=web-/);
      await apply(deployment(`after-${program}`, WEB));
      await ready(`app=after-${program}`, 1, 90_000);
      expect(facts(await ready('app=web', 2))).toEqual(before);
    },
    180_000,
  );

  it('after kube-proxy of its node was killed, also to a Service that comes then', async () => {
    await replaced(`${NODE}/kube-proxy`);

    await apply({ ...service('web', 'LoadBalancer'), metadata: { name: 'other' } });
    const other = await address('other');
    await eventually(async () => expect((await fetched(other)).status).toBe(200), 60_000);
    expect(await answers()).toMatch(/^pod=web-/);
  }, 120_000);

  it('after the ingress controller was killed, also through an Ingress that comes then', async () => {
    await replaced(`${NODE}/envoy`);
    await replaced(`${NODE}/contour`);

    await apply(ingress('web', 'faults.example.org'));

    const proxy = await address('envoy', 'projectcontour');
    await eventually(async () => {
      const { status } = await fetched(proxy, { host: 'faults.example.org' });
      expect(status).toBe(200);
    }, 60_000);
  }, 120_000);

  it('after the network between the nodes went away', async () => {
    await replaced('network');

    expect(await answers()).toMatch(/^pod=web-/);
  }, 120_000);

  it('after its node lost power', async () => {
    const before = await ready('app=web', 2);
    const started = (pods: typeof before) =>
      pods.map(({ status }) => status.containerStatuses[0]?.restartCount ?? 0);
    await world.fleet.control.kill(NODE);

    await eventually(async () => {
      const now = started(await ready('app=web', 2, 1_000));
      expect(now).toHaveLength(2);
      for (const [index, count] of started(before).entries())
        expect(now[index]).toBeGreaterThan(count);
    }, 120_000);
    expect(await answers()).toMatch(/^pod=web-/);
    const node = Node.parse(await world.member('cluster1').read(NODES, { name: NODE }));
    expect(node.status.conditions).toContainEqual(
      expect.objectContaining({ type: 'Ready', status: 'True' }),
    );
  }, 240_000);
});
