/** A kubeconfig that stands alone: one context, no files beside it. That is what the registry keeps. */

import { readFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { clusterNameOf } from '../kubernetes/kubeconfig.ts';
import { credentialsFromFile } from '../kubernetes/own-credentials.ts';
import { rejected } from './errors.ts';
import type { Settings } from './settings.ts';

const encode = (text: string) => Buffer.from(text).toString('base64');

export interface Standalone {
  readonly text: string;
  readonly clusterName: string;
  /** Where its API server is, without port: an IP address, or a host name. */
  readonly host: string;
}

export async function standalone(settings: Settings): Promise<Standalone> {
  const { context } = settings;
  const file = settings.kubeconfig();
  const source = `kubeconfig ${file}`;
  const credentials = await credentialsFromFile(file, { context });
  const name = clusterNameOf(await readFile(file, 'utf8'), { context, source });
  if ('token' in credentials && typeof credentials.token !== 'string') {
    throw rejected(`cannot use ${source}: it signs in by a program; give a certificate or a token`);
  }
  if (credentials.ca === null) {
    throw rejected(
      `cannot use ${source}: clusters[].cluster.certificate-authority-data is missing; without it nobody else can verify ${name}`,
    );
  }
  const user = `${name}-admin`;
  const signIn =
    'token' in credentials
      ? { token: credentials.token }
      : {
          'client-certificate-data': encode(credentials.cert),
          'client-key-data': encode(credentials.key),
        };
  const cluster = {
    server: credentials.server,
    'certificate-authority-data': encode(credentials.ca),
    ...(credentials.tlsServerName !== undefined && {
      'tls-server-name': credentials.tlsServerName,
    }),
  };
  const text = stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster }],
    users: [{ name: user, user: signIn }],
    contexts: [{ name, context: { cluster: name, user } }],
    'current-context': name,
    preferences: {},
  });
  return { text, clusterName: name, host: hostOf(credentials.server) };
}

function hostOf(server: string): string {
  return new URL(server).hostname.replace(/^\[|\]$/g, '');
}
