import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { credentialsFromKubeconfig } from '../../../../src/kubernetes/kubeconfig.ts';
import { useTerminal } from '../terminal.ts';

const terminal = useTerminal();
const emptyRegistry = () => mkdtempSync(join(terminal.folder, 'registry-'));
const hub = (server = 'https://10.0.3.30:6443') => terminal.kubeconfig('openmcp', { server });

it('says the line of the original, and keeps the kubeconfig to its owner', async () => {
  const registry = emptyRegistry();

  const answer = await terminal.openmcp(
    ...['register', 'openmcp', '--kubeconfig', hub(), '--registry', registry],
  );

  expect(answer).toEqual({
    code: 0,
    stdout: "Success OpenMCP Master Regist '10.0.3.30'\n",
    stderr: '',
  });
  const file = join(registry, 'openmcp/10.0.3.30/master/config/config');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(credentialsFromKubeconfig(readFileSync(file, 'utf8'))).toMatchObject({
    server: 'https://10.0.3.30:6443',
    token: 'token-of-openmcp',
  });
});

it('goes by its alias, and answers scripts', async () => {
  const answer = await terminal.openmcp(
    ...['regist', 'openmcp', '--kubeconfig', hub('https://hub.example:6443')],
    ...['--registry', emptyRegistry(), '-o', 'json'],
  );

  expect(answer).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(answer.stdout)).toEqual({ registered: 'hub.example' });
});

it('refuses to do it twice', async () => {
  const registry = await terminal.registry();

  const again = await terminal.openmcp(
    ...['register', 'openmcp', '--kubeconfig', hub(), '--registry', registry],
  );

  expect(again).toMatchObject({ code: 4, stdout: '' });
  expect(again.stderr).toContain('Already Registered OpenMCP; add --overwrite');
});

it.each<[string, () => readonly string[], number, string]>([
  [
    'a kubeconfig that is not there',
    () => ['--kubeconfig', '/none', '--registry', emptyRegistry()],
    3,
    'cannot read kubeconfig /none (--kubeconfig): there is no such file',
  ],
  [
    'what is no kubeconfig',
    () => ['--kubeconfig', terminal.file('broken', 'a: ['), '--registry', emptyRegistry()],
    2,
    'broken: it is not YAML',
  ],
  [
    'a context that is not in it',
    () => ['--kubeconfig', hub(), '--context', 'x', '--registry', emptyRegistry()],
    2,
    'it has no context "x"',
  ],
  ['no registry', () => ['--kubeconfig', hub()], 2, 'give --registry or OPENMCP_REGISTRY'],
  [
    'a registry that is no address',
    () => ['--kubeconfig', hub(), '--registry', 'here'],
    2,
    'cannot use registry here: it must be nfs://host:port/export, or the absolute path',
  ],
  [
    'a registry that is not there',
    () => ['--kubeconfig', hub(), '--registry', '/none/registry'],
    3,
    'cannot use registry /none/registry: there is no such folder',
  ],
  [
    'a registry that does not answer',
    () => ['--kubeconfig', hub(), '--registry', 'nfs://127.0.0.1:1/x'],
    5,
    'cannot reach the NFS server 127.0.0.1:1',
  ],
])('ends with a code that means something for %s', async (_what, args, code, message) => {
  const answer = await terminal.openmcp('register', 'openmcp', ...args());

  expect(answer).toMatchObject({ code, stdout: '' });
  expect(answer.stderr).toContain(message);
});
