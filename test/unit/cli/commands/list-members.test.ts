import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from '@jest/globals';
import { kubeconfig } from '../../nfs/kubeconfigs.ts';
import { HUB, useTerminal } from '../terminal.ts';

const terminal = useTerminal();
let registry = '';
beforeEach(async () => {
  registry = await terminal.registry(async (tree) => {
    for (const [ip, name] of [
      ['10.0.3.40', 'cluster1'],
      ['10.0.3.41', 'two'],
      ['10.0.3.42', 'cluster3'],
    ] as const)
      await tree.registerMember(HUB, ip, kubeconfig(name));
    await tree.moveMember(HUB, '10.0.3.40', 'join');
  });
});

const list = (which: 'join' | 'unjoin', ...args: readonly string[]) =>
  terminal.openmcp(which, 'list', '--registry', registry, '--openmcp-ip', HUB, ...args);

it('join list has what is joined, under the titles of the original', async () => {
  expect(await list('join')).toEqual({
    code: 0,
    stdout: [
      "OpenMCP '10.0.3.30' Current Join List",
      '#   Cluster Name  IP',
      '1.  cluster1      10.0.3.40',
      '',
    ].join('\n'),
    stderr: '',
  });
});

it('unjoin list has what can be joined', async () => {
  expect(await list('unjoin')).toEqual({
    code: 0,
    stdout: [
      "OpenMCP '10.0.3.30' Current UnJoin List",
      '#   Cluster Name  IP',
      '1.  two           10.0.3.41',
      '2.  cluster3      10.0.3.42',
      '',
    ].join('\n'),
    stderr: '',
  });
});

it('is one JSON document for scripts', async () => {
  const { stdout } = await list('unjoin', '--output', 'json');

  expect(JSON.parse(stdout)).toEqual([
    { ip: '10.0.3.41', clusterName: 'two' },
    { ip: '10.0.3.42', clusterName: 'cluster3' },
  ]);
});

it('shows a member whose kubeconfig is broken as such', async () => {
  const folder = join(registry, 'openmcp', HUB, 'members/join/10.0.3.49/config');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config'), 'a: [');

  expect((await list('join')).stdout).toContain('2.  (unreadable kubeconfig)  10.0.3.49');
  expect(JSON.parse((await list('join', '-ojson')).stdout)).toContainEqual({
    ip: '10.0.3.49',
    clusterName: null,
  });
});

it('reads what the environment names', async () => {
  terminal.env = { OPENMCP_REGISTRY: registry, OPENMCP_IP: HUB };
  const answer = await terminal.openmcp('join', 'list');
  terminal.env = {};

  expect(answer).toMatchObject({ code: 0, stdout: expect.stringContaining('cluster1') });
});

it('does not find a hub that nobody registered', async () => {
  const answer = await list('join', '--openmcp-ip', '10.0.9.9');

  expect(answer).toMatchObject({ code: 3, stdout: '' });
  expect(answer.stderr).toContain('run openmcp register openmcp there first');
});
