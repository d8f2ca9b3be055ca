/** Room: told where there is none, filled when it appears, never promised twice. */

import { describe, expect, it } from '@jest/globals';
import { NODES, PODS } from '../../src/kubernetes/resources.ts';
import { deploymentsOf } from '../support/deployments.ts';
import { eventually } from '../support/eventually.ts';
import { openmcpDeployment, useWorld } from '../support/hub.ts';

const NAMESPACE = 'room';
const world = useWorld(NAMESPACE);
const { at, create, remove, gone, converged, status, replicas } = deploymentsOf(world, NAMESPACE);

describe('room', () => {
  const big = (name: string) =>
    openmcpDeployment(at(name), { replicas: 1, cpu: '60', simulated: true });

  it('is not promised twice when 100 deployments arrive at once', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `crowd-${index}`);

    await Promise.all(
      names.map((name) =>
        create(openmcpDeployment(at(name), { replicas: 1, cpu: '900m', simulated: true })),
      ),
    );

    const placedOf = async () => {
      const statuses = await Promise.all(names.map((name) => status(name)));
      return statuses.map(
        ({ conditions }) => conditions.find(({ type }) => type === 'Placed')?.status ?? 'Unknown',
      );
    };
    const placed = await eventually(async () => {
      const all = await placedOf();
      expect(all.filter((each) => each === 'Unknown')).toEqual([]);
      return all.filter((each) => each === 'True').length;
    }, 60_000);
    // 3 nodes of 8 CPUs hold 8 each, 3 of 16 hold 17 each, less what the tests before left running.
    expect(placed).toBeGreaterThan(60);
    expect(placed).toBeLessThanOrEqual(75);
    await eventually(async () => {
      for (const cluster of ['cluster1', 'cluster2']) {
        const { items } = await world.member(cluster).list(PODS, { namespace: NAMESPACE });
        const phases = items.map((pod) => JSON.stringify(pod['status']).includes('"Running"'));
        expect(phases.filter((running) => !running)).toEqual([]);
      }
    }, 30_000);

    // Whoever found no room moves in when the others leave.
    const first = names.filter((_, index) => index < 50);
    const rest = names.filter((_, index) => index >= 50);
    await Promise.all(first.map((name) => remove(name)));
    await eventually(async () => {
      const all = await Promise.all(rest.map((name) => status(name)));
      expect(all.filter(({ readyReplicas }) => readyReplicas !== 1)).toEqual([]);
    }, 90_000);
    await Promise.all(rest.map((name) => remove(name)));
    await Promise.all(names.map((name) => gone(name)));
  }, 240_000);

  it('that is nowhere is told cluster by cluster, and filled by itself when it appears', async () => {
    await create(big('big'));
    await eventually(async () => {
      const { conditions } = await status('big');
      const placed = conditions.find(({ type }) => type === 'Placed');
      expect(placed).toMatchObject({ status: 'False', reason: 'Unplaceable' });
      expect(placed?.message).toMatch(/cluster1.*cluster2/s);
      expect(placed?.message).toContain('CPU');
    });

    const member = world.member('cluster1');
    const node = { name: 'cluster1-grown' };
    const annotations = { 'kwok.x-k8s.io/node': 'fake' };
    await member.create(NODES, {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { ...node, annotations, labels: { type: 'kwok' } },
    });
    const room = { cpu: '64', memory: '64Gi', pods: '110' };
    await member.patch(
      NODES,
      node,
      { status: { capacity: room, allocatable: room } },
      { type: 'merge', subresource: 'status' },
    );

    try {
      await converged('big', 60_000);
      expect(await replicas('big')).toEqual({ cluster1: 1 });
      await remove('big');
      await gone('big');
    } finally {
      await member.delete(NODES, node);
    }
  });
});
