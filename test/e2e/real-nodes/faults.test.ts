/** What breaks is mended: a node that loses power, a network that goes away, a program of a node that dies. */

import { expect, it } from '@jest/globals';
import * as z from 'zod';
import { NODES } from '../../../src/kubernetes/resources.ts';
import { eventually } from '../../support/eventually.ts';
import {
  deployment,
  describeReal,
  fetched,
  service,
  useMember,
  WEB,
} from '../../support/real-nodes.ts';

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

  it.each(['containerd', 'kubelet', 'kube-proxy', 'envoy'])(
    'after %s of its node was killed, and its pods run on',
    async (program) => {
      const before = await ready('app=web', 2);

      await world.fleet.control.kill(`${NODE}/${program}`);

      expect(await answers()).toMatch(/^pod=web-/);
      const names = (pods: typeof before) => pods.map(({ metadata }) => metadata.name).toSorted();
      await eventually(async () =>
        expect(await world.fleet.pid(`${NODE}/${program}`)).toBeGreaterThan(0),
      );
      expect(names(await ready('app=web', 2))).toEqual(names(before));
    },
    120_000,
  );

  it('after the network between the nodes went away', async () => {
    await world.fleet.control.kill('network');

    await eventually(async () => expect(await world.fleet.pid('network')).toBeGreaterThan(0));
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
