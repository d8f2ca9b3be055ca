import { expect, it } from '@jest/globals';
import { hostPorts } from '../../../../src/scheduler/plugins/host-ports.ts';
import { node, workload } from '../../../fakes/fleet.ts';

const port = (number: number, protocol = 'TCP', hostIp = '') => ({
  port: number,
  protocol,
  hostIp,
});

it.each([
  [[], [port(80)], Number.POSITIVE_INFINITY, 'asks for no port'],
  [[port(80)], [], 1, 'a node holds one replica with the same host port'],
  [[port(80)], [port(80)], 0, 'taken'],
  [[port(80)], [port(81)], 1, 'another port is taken'],
  [[port(53, 'UDP')], [port(53)], 1, 'another protocol'],
  [[port(80, 'TCP', '10.0.0.1')], [port(80, 'TCP', '10.0.0.2')], 1, 'another address'],
  [[port(80, 'TCP', '10.0.0.1')], [port(80, 'TCP', '0.0.0.0')], 0, 'taken on every address'],
  [[port(80, 'TCP', '::')], [port(80, 'TCP', '10.0.0.2')], 0, 'wanted on every address'],
  [[port(80), port(443)], [port(443)], 0, 'every port has to be free'],
])('%j beside %j leaves room %d: %s', (wanted, taken, room, _why) => {
  expect(hostPorts.fits(workload({ hostPorts: wanted }), node('a', { hostPorts: taken }))).toBe(
    room,
  );
});

it('says which ports were asked for', () => {
  expect(hostPorts.wanted(workload({ hostPorts: [port(80), port(53, 'UDP')] }), [])).toBe(
    'has host port 80/TCP, 53/UDP free',
  );
});
