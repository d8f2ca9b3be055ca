import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from '@jest/globals';
import { HUB, useTerminal } from '../terminal.ts';

const terminal = useTerminal();
let registry = '';
beforeEach(async () => {
  registry = await terminal.registry();
});

const register = (name: string, ...args: readonly string[]) =>
  terminal.openmcp(
    ...['register', 'member', '--ip', HUB, '--registry', registry],
    ...['--kubeconfig', terminal.kubeconfig(name), ...args],
  );
const listed = async () =>
  (await terminal.openmcp('unjoin', 'list', '--registry', registry, '--openmcp-ip', HUB)).stdout;

it('says the line of the original, and can be joined', async () => {
  const answer = await register('cluster1');

  expect(answer).toEqual({
    code: 0,
    stdout: "Success Regist '10.0.3.40' in OpenMCP Master: 10.0.3.30\n",
    stderr: '',
  });
  expect(await listed()).toContain('1.  cluster1      10.0.3.40');
  const file = 'openmcp/10.0.3.30/members/unjoin/10.0.3.40/config/config';
  expect(existsSync(join(registry, file))).toBe(true);
});

it('takes the address that it is told, and answers scripts', async () => {
  const answer = await register('cluster1', '--member-ip', '10.0.9.9', '-o', 'json');

  expect(answer).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(answer.stdout)).toEqual({ registered: '10.0.9.9', openmcp: HUB });
  expect(await listed()).toContain('cluster1      10.0.9.9');
});

it.each<[string, readonly [string, ...string[]], number, string]>([
  ['a hub that nobody registered', ['cluster1', '--ip', '10.0.9.9'], 3, 'register openmcp there'],
  ['the hub itself', ['openmcp', '--member-ip', HUB], 2, 'it is the OpenMCP master itself'],
  ['a name that no OpenMCPCluster can have', ['Foo_Bar'], 2, 'clusters[].name in'],
  ['a name that is too long', ['a'.repeat(64)], 2, '63 at most; rename it'],
])('refuses %s', async (_what, args, code, message) => {
  const answer = await register(...args);

  expect(answer).toMatchObject({ code, stdout: '' });
  expect(answer.stderr).toContain(message);
  expect((await listed()).trim().split('\n')).toHaveLength(2);
});

it('refuses the same address, and the same name, twice', async () => {
  await register('cluster1');

  const again = await register('cluster1');
  const twin = await register('cluster1', '--member-ip', '10.0.3.41');

  expect(again).toMatchObject({ code: 4, stdout: '' });
  expect(again.stderr).toContain('it is registered already; add --overwrite');
  expect(twin).toMatchObject({ code: 4, stdout: '' });
  expect(twin.stderr).toContain('10.0.3.40 is called cluster1 too; rename the cluster');
});

it('puts a new kubeconfig in the place of the old one when told to', async () => {
  await register('cluster1');

  const again = await register('cluster1', '--overwrite');

  expect(again).toMatchObject({ code: 0, stderr: '' });
  expect((await listed()).trim().split('\n')).toHaveLength(3);
});
