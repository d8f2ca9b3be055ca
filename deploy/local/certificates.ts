/** The keys of one cluster: its own authority, certificates signed by it, and the front proxy's. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ClusterPlace } from './settings.ts';

const run = promisify(execFile);
const DAYS = '3650';
/** The first address of the service range: what pods call `kubernetes.default`. */
const SERVICE_ADDRESS = '10.96.0.1';

interface Request {
  readonly name: string;
  readonly authority: 'ca' | 'front-proxy-ca';
  /** In openssl's form: `/O=system:masters/CN=admin`. */
  readonly subject: string;
  /** What a server is called by. */
  readonly names?: readonly string[];
  readonly addresses?: readonly string[];
}

/**
 * Idempotent: keys of a cluster last as long as its folder, so that kubeconfigs handed out stay
 * valid; a certificate is made anew when another one is wanted than there is.
 */
export async function ensureCertificates(folder: string, place: ClusterPlace): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await ensureAuthorities(folder, place);
  for (const request of requestsOf(place)) {
    const record = join(folder, `${request.name}.request`);
    const text = JSON.stringify(request);
    if (existsSync(record) && (await readFile(record, 'utf8')) === text) continue;
    await makeCertificate(folder, request);
    await writeFile(record, text);
  }
}

async function ensureAuthorities(folder: string, place: ClusterPlace): Promise<void> {
  if (existsSync(join(folder, '.complete'))) return;
  for (const name of ['ca', 'front-proxy-ca']) await makeAuthority(folder, name, place.name);
  await makeKey(folder, 'sa');
  const file = (extension: string) => join(folder, `sa.${extension}`);
  await run('openssl', ['pkey', '-in', file('key'), '-pubout', '-out', file('pub')]);
  await writeFile(join(folder, '.complete'), '');
}

function requestsOf({ name, address, inner }: ClusterPlace): Request[] {
  return [
    ...(inner?.nodes ?? []).map((node) => ({
      // Signs in to the API server, and serves it logs, commands and metrics.
      name: node.name,
      authority: 'ca' as const,
      subject: `/O=system:nodes/CN=system:node:${node.name}`,
      names: [node.name],
      addresses: [node.address],
    })),
    {
      name: 'server',
      authority: 'ca',
      subject: '/CN=kube-apiserver',
      names: ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'localhost'],
      addresses: [address, ...(inner === null ? [] : [inner.api]), '127.0.0.1', SERVICE_ADDRESS],
    },
    {
      name: 'metrics-server',
      authority: 'ca',
      subject: '/CN=metrics-server',
      names: ['metrics-server.kube-system.svc'],
      addresses: [address],
    },
    { name: 'admin', authority: 'ca', subject: `/O=system:masters/CN=${name}-admin` },
    { name: 'controller-manager', authority: 'ca', subject: '/CN=system:kube-controller-manager' },
    { name: 'scheduler', authority: 'ca', subject: '/CN=system:kube-scheduler' },
    { name: 'kube-proxy', authority: 'ca', subject: '/CN=system:kube-proxy' },
    { name: 'front-proxy', authority: 'front-proxy-ca', subject: '/CN=front-proxy-client' },
    {
      name: 'kubelet-client',
      authority: 'ca',
      subject: '/O=system:masters/CN=kube-apiserver-kubelet-client',
    },
  ];
}

async function makeKey(folder: string, name: string): Promise<void> {
  const key = join(folder, `${name}.key`);
  await run('openssl', [
    'genpkey',
    '-algorithm',
    'EC',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-out',
    key,
  ]);
}

async function makeAuthority(folder: string, name: string, cluster: string): Promise<void> {
  await makeKey(folder, name);
  const file = (extension: string) => join(folder, `${name}.${extension}`);
  const subject = `/CN=${cluster}-${name}`;
  await run('openssl', [
    ...['req', '-x509', '-new', '-key', file('key'), '-subj', subject, '-days', DAYS],
    ...['-addext', 'keyUsage=critical,digitalSignature,keyCertSign', '-out', file('crt')],
  ]);
}

async function makeCertificate(folder: string, request: Request): Promise<void> {
  const { name, authority, subject, names = [], addresses = [] } = request;
  await makeKey(folder, name);
  const file = (base: string, extension: string) => join(folder, `${base}.${extension}`);
  const called = [...names.map((dns) => `DNS:${dns}`), ...addresses.map((ip) => `IP:${ip}`)];
  const alternatives = called.length > 0 ? `subjectAltName=${called.join(',')}\n` : '';
  const usage = `keyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth,serverAuth\n${alternatives}`;
  await writeFile(file(name, 'ext'), usage);
  await run('openssl', [
    'req',
    '-new',
    '-key',
    file(name, 'key'),
    '-subj',
    subject,
    '-out',
    file(name, 'csr'),
  ]);
  await run('openssl', [
    ...[
      'x509',
      '-req',
      '-in',
      file(name, 'csr'),
      '-CA',
      file(authority, 'crt'),
      '-CAkey',
      file(authority, 'key'),
    ],
    ...['-CAcreateserial', '-days', DAYS, '-extfile', file(name, 'ext'), '-out', file(name, 'crt')],
  ]);
}
