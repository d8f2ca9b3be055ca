import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import {
  credentialsFromFile,
  inClusterCredentials,
} from '../../../src/kubernetes/own-credentials.ts';

const [certificate = ''] = rootCertificates;
let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'openmcp-credentials-'));
  await writeFile(join(directory, 'ca.crt'), certificate);
  await writeFile(join(directory, 'token'), 'file-token\n');
});
afterEach(() => rm(directory, { recursive: true }));

async function kubeconfigFile(user: Record<string, unknown>): Promise<string> {
  const path = join(directory, 'config');
  const cluster = { server: 'https://127.0.0.1:6443', 'certificate-authority': 'ca.crt' };
  const text = stringify({
    'current-context': 'here',
    clusters: [{ name: 'hub', cluster }],
    contexts: [{ name: 'here', context: { cluster: 'hub', user: 'me' } }],
    users: [{ name: 'me', user }],
  });
  await writeFile(path, text);
  return path;
}

describe('credentialsFromFile', () => {
  it('reads files named in it from where it lies', async () => {
    const path = await kubeconfigFile({ tokenFile: 'token' });

    expect(await credentialsFromFile(path)).toEqual({
      server: 'https://127.0.0.1:6443',
      ca: certificate,
      token: 'file-token',
    });
  });

  it('names a file that is not there', async () => {
    const path = await kubeconfigFile({ 'client-certificate': 'missing.crt', 'client-key': 'x' });

    await expect(credentialsFromFile(path)).rejects.toMatchObject({
      code: 'Rejected',
      message: expect.stringMatching(/cannot read .*missing\.crt \(ENOENT\)/),
    });
  });

  it('runs a program only where that is allowed', async () => {
    const answer = JSON.stringify({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: 'program-token' },
    });
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: process.execPath,
      args: ['-e', `console.log(${JSON.stringify(answer)})`],
      interactiveMode: 'Never',
    };
    const path = await kubeconfigFile({ exec });

    await expect(credentialsFromFile(path)).rejects.toThrow('runs a program (exec)');
    const credentials = await credentialsFromFile(path, { allowExec: true });
    const source = 'token' in credentials ? credentials.token : '';
    expect(typeof source === 'string' ? source : await source()).toBe('program-token');
  });
});

describe('inClusterCredentials', () => {
  it('are those of the account that the pod holds', async () => {
    const credentials = await inClusterCredentials({ host: 'fd00::1', port: '443', directory });

    expect(credentials).toMatchObject({ server: 'https://[fd00::1]:443', ca: certificate });
    const source = 'token' in credentials ? credentials.token : '';
    expect(typeof source === 'string' ? source : await source()).toBe('file-token');
  });

  it('say what is missing outside a cluster', async () => {
    const at = { host: '10.0.0.1', port: '443', directory: join(directory, 'none') };

    await expect(inClusterCredentials(at)).rejects.toMatchObject({ code: 'Rejected' });
  });
});
