import { describe, expect, it } from '@jest/globals';
import { roomIn, roomOn } from '../../../src/scheduler/room.ts';
import { node, workload } from '../../fakes/fleet.ts';

const port = { port: 80, protocol: 'TCP', hostIp: '' };

describe('roomOn', () => {
  it('is what the strictest filter leaves', () => {
    expect(roomOn(workload(), node('a'))).toBe(8);
    expect(roomOn(workload({ hostPorts: [port] }), node('a'))).toBe(1);
    expect(roomOn(workload(), node('a', { schedulable: false }))).toBe(0);
  });
});

describe('roomIn', () => {
  it('adds up over the nodes that take any', () => {
    const full = node('b', { used: { cpu: 4000 } });

    const room = roomIn(workload(), [node('a'), full, node('c', { used: { cpu: 3000 } })]);

    expect(room).toMatchObject({
      replicas: 10,
      reason: null,
      nodes: [{ name: 'a' }, { name: 'c' }],
    });
  });

  it.each([
    [[], 'it has no nodes', 'nothing to look at'],
    [
      [node('a', { schedulable: false, used: { cpu: 4000 } })],
      'no node is ready and schedulable',
      'what a node is comes before what it has left',
    ],
    [
      [node('a', { schedulable: false }), node('b', { used: { cpu: 3900 } })],
      'no node is ready and schedulable and has 500m CPU free (largest: 100m)',
      'each node fails at something else',
    ],
  ])('says why there is none: case %#', (nodes, reason, _why) => {
    expect(roomIn(workload(), nodes)).toEqual({ replicas: 0, nodes: [], reason });
  });
});
