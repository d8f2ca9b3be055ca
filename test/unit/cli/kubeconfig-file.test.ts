import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { standalone } from '../../../src/cli/kubeconfig-file.ts';
import { resolveSettings } from '../../../src/cli/settings.ts';
import { clusterNameOf, credentialsFromKubeconfig } from '../../../src/kubernetes/kubeconfig.ts';
import { CERTIFICATE } from '../nfs/kubeconfigs.ts';
import { useTerminal } from './terminal.ts';

const terminal = useTerminal();
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const KEY = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const read = (kubeconfig: string, context?: string) =>
  standalone(
    resolveSettings(
      { kubeconfig, output: 'table', timeout: 1, ...(context !== undefined && { context }) },
      {},
      terminal.folder,
    ),
  );

describe('a kubeconfig for the registry', () => {
  it('signs in as the one it was made of', async () => {
    const { text } = await read(terminal.kubeconfig('cluster1'));

    expect(credentialsFromKubeconfig(text)).toEqual({
      server: 'https://10.0.3.40:6443',
      ca: CERTIFICATE,
      token: 'token-of-cluster1',
    });
  });

  it('tells what the cluster is called, and where it is', async () => {
    const server = 'https://[fd00::40]:6443/prefix';

    expect(await read(terminal.kubeconfig('cluster1', { server }))).toMatchObject({
      clusterName: 'cluster1',
      host: 'fd00::40',
    });
  });

  it('names cluster, user and context as the original did', async () => {
    const { text } = await read(terminal.kubeconfig('cluster1'));

    expect(clusterNameOf(text)).toBe('cluster1');
    expect(text).toContain('user: cluster1-admin');
    expect(text).toContain('current-context: cluster1');
  });

  it('holds what lay in files beside it', async () => {
    terminal.file('ca.crt', CERTIFICATE);
    terminal.file('me.crt', CERTIFICATE);
    terminal.file('me.key', KEY);
    const path = terminal.kubeconfig('files', {
      cluster: { 'certificate-authority-data': undefined, 'certificate-authority': 'ca.crt' },
      user: { 'client-certificate': 'me.crt', 'client-key': 'me.key' },
    });

    const { text } = await read(path);

    expect(credentialsFromKubeconfig(text)).toEqual({
      server: 'https://10.0.3.40:6443',
      ca: CERTIFICATE,
      cert: CERTIFICATE,
      key: KEY,
    });
  });

  it('keeps the name that the certificate is for', async () => {
    const path = terminal.kubeconfig('named', { cluster: { 'tls-server-name': 'api.example' } });

    const { text } = await read(path);

    expect(credentialsFromKubeconfig(text)).toMatchObject({ tlsServerName: 'api.example' });
  });

  it('holds the context that was asked for, and no other', async () => {
    const side = (name: string) => ({
      cluster: {
        name,
        cluster: {
          server: `https://${name}:6443`,
          'certificate-authority-data': Buffer.from(CERTIFICATE).toString('base64'),
        },
      },
      context: { name: `to-${name}`, context: { cluster: name, user: name } },
      user: { name, user: { token: `secret-of-${name}` } },
    });
    const [one, two] = [side('one'), side('two')];
    const path = terminal.file(
      'both.kubeconfig',
      stringify({
        'current-context': 'to-one',
        clusters: [one.cluster, two.cluster],
        contexts: [one.context, two.context],
        users: [one.user, two.user],
      }),
    );

    const { text, clusterName, host } = await read(path, 'to-two');

    expect({ clusterName, host }).toEqual({ clusterName: 'two', host: 'two' });
    expect(text).not.toContain('one');
    await expect(read(path, 'to-three')).rejects.toThrow(
      'both.kubeconfig: it has no context "to-three"',
    );
  });

  it.each<[string, Parameters<typeof terminal.kubeconfig>[1], string]>([
    [
      'no authority, so that only this machine might trust it',
      { cluster: { 'certificate-authority-data': undefined } },
      'certificate-authority-data is missing',
    ],
    ['a program to sign in', { user: { exec: { command: 'id' } } }, 'runs a program'],
    ['a server without TLS', { server: 'http://10.0.3.40:8080' }, 'is not https'],
    ['no server', { cluster: { server: undefined } }, 'server is missing'],
    ['no way to sign in', { user: {} }, 'needs token, or client-certificate-data'],
  ])('is not made of %s, and the field is named', async (_what, parts, message) => {
    await expect(read(terminal.kubeconfig('bad', parts))).rejects.toMatchObject({
      code: 'Rejected',
      message: expect.stringMatching(`kubeconfig .*bad\\.kubeconfig: .*${message}`),
    });
  });

  it('is not made of a folder', async () => {
    await expect(read(terminal.folder)).rejects.toMatchObject({
      code: 'Rejected',
      message: expect.stringContaining('EISDIR'),
    });
  });
});
