import { generateKeyPairSync } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { clusterNameOf, credentialsFromKubeconfig } from '../../../src/kubernetes/kubeconfig.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
/** Any certificate will do: none is checked against a server here. */
const [certificate = ''] = rootCertificates;
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
});

interface Parts {
  readonly cluster?: Record<string, unknown>;
  readonly user?: Record<string, unknown>;
  readonly top?: Record<string, unknown>;
}

function kubeconfig({
  cluster = {},
  user = { token: 'secret-token' },
  top = {},
}: Parts = {}): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    clusters: [
      {
        name: 'cluster1',
        cluster: {
          server: 'https://127.0.0.1:6443',
          'certificate-authority-data': base64(certificate),
          ...cluster,
        },
      },
    ],
    contexts: [{ name: 'here', context: { cluster: 'cluster1', user: 'admin' } }],
    users: [{ name: 'admin', user }],
    ...top,
  });
}

function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return null;
}

describe('credentialsFromKubeconfig', () => {
  it('reads a token', () => {
    expect(credentialsFromKubeconfig(kubeconfig())).toEqual({
      server: 'https://127.0.0.1:6443',
      ca: certificate,
      token: 'secret-token',
    });
  });

  it('reads a client certificate', () => {
    const user = {
      'client-certificate-data': base64(certificate),
      'client-key-data': base64(key.toString()),
    };
    const found = credentialsFromKubeconfig(kubeconfig({ user }));

    expect(found).toMatchObject({ cert: certificate, key });
  });

  it('trusts the authorities of the machine where none is given', () => {
    const cluster = { 'certificate-authority-data': undefined };
    expect(credentialsFromKubeconfig(kubeconfig({ cluster })).ca).toBeNull();
  });

  it('reads the context it is told', () => {
    const contexts = [
      { name: 'here', context: { cluster: 'cluster1', user: 'admin' } },
      { name: 'there', context: { cluster: 'cluster1', user: 'nobody' } },
    ];
    const text = kubeconfig({ top: { contexts } });

    expect(credentialsFromKubeconfig(text, { context: 'here' })).toHaveProperty('token');
    expect(() => credentialsFromKubeconfig(text, { context: 'there' })).toThrow('user "nobody"');
    expect(() => credentialsFromKubeconfig(text, { context: 'x' })).toThrow('no context "x"');
  });

  it.each<[string, Parts, string]>([
    ['a program to run', { user: { exec: { command: 'id' } } }, 'runs a program (exec)'],
    ['a program beside a token', { user: { token: 'x', exec: {} } }, 'runs a program (exec)'],
    [
      'unverified TLS',
      { cluster: { 'insecure-skip-tls-verify': true } },
      'insecure-skip-tls-verify',
    ],
    ['no TLS', { cluster: { server: 'http://127.0.0.1:8080' } }, 'is not https'],
    ['no server', { cluster: { server: undefined } }, 'clusters[].cluster.server is missing'],
    ['a server that is no URL', { cluster: { server: 'cluster1' } }, '"cluster1" is not a URL'],
    ['a password', { user: { username: 'a', password: 'b' } }, 'username and password'],
    ['an auth-provider', { user: { 'auth-provider': { name: 'gcp' } } }, 'auth-provider'],
    ['a file of this machine', { user: { tokenFile: '/etc/shadow' } }, 'tokenFile names a file'],
    [
      'an authority in a file',
      { cluster: { 'certificate-authority': '/etc/ca.crt' } },
      'certificate-authority names a file',
    ],
    [
      'no way to sign in',
      { user: {} },
      'needs token, or client-certificate-data and client-key-data',
    ],
    [
      'a certificate without key',
      { user: { 'client-certificate-data': base64(certificate) } },
      'client-key-data is missing',
    ],
    [
      'an authority that is no certificate',
      { cluster: { 'certificate-authority-data': base64('hello') } },
      'certificate-authority-data is not a certificate',
    ],
    [
      'broken base64',
      { cluster: { 'certificate-authority-data': '%%%' } },
      'certificate-authority-data is not base64',
    ],
    ['no clusters', { top: { clusters: [] } }, 'clusters'],
    ['a wrong type', { top: { users: [{ name: 1 }] } }, 'users[0].name'],
    ['a proxy', { cluster: { 'proxy-url': 'http://x' } }, 'proxy-url'],
    ['impersonation', { user: { token: 'x', as: 'root' } }, 'impersonates'],
  ])('refuses %s and names it', (_what, parts, message) => {
    const error = errorOf(() => credentialsFromKubeconfig(kubeconfig(parts)));

    expect(error).toMatchObject({ code: 'Rejected', message: expect.stringContaining(message) });
  });

  it.each([
    ['an empty file', ''],
    ['text', 'hello'],
    ['broken YAML', 'users: [{token: "secret-token"'],
    ['a list', '- a'],
  ])('refuses %s without quoting it', (_what, text) => {
    const error = errorOf(() => credentialsFromKubeconfig(text));

    expect(error).toMatchObject({ code: 'Rejected' });
    expect(String(error)).not.toContain('secret-token');
  });

  it('calls the file by the name it was given', () => {
    const source = 'kubeconfig of 10.0.3.40';

    expect(() => credentialsFromKubeconfig('', { source })).toThrow(`cannot use ${source}: `);
  });
});

describe('clusterNameOf', () => {
  it('is the cluster of the current context', () => {
    expect(clusterNameOf(kubeconfig())).toBe('cluster1');
  });

  it('is that of the only context where none is current', () => {
    expect(clusterNameOf(kubeconfig({ top: { 'current-context': '' } }))).toBe('cluster1');
  });
});
