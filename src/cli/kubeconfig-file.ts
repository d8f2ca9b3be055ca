/** A kubeconfig that stands alone: one context, no files beside it. That is what the registry keeps. */

import { readFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { clusterNameOf } from '../kubernetes/kubeconfig.ts';
import { credentialsFromFile } from '../kubernetes/own-credentials.ts';
import { rejected } from './errors.ts';

const encode = (text: string) => Buffer.from(text).toString('base64');

export async function standalone(file: string, context: string | undefined): Promise<string> {
  const credentials = await credentialsFromFile(file, { context });
  const name = clusterNameOf(await readFile(file, 'utf8'), {
    context,
    source: `kubeconfig ${file}`,
  });
  if ('token' in credentials && typeof credentials.token !== 'string') {
    throw rejected(
      `cannot register ${name}: its kubeconfig signs in by a program; use one with a certificate or a token`,
    );
  }
  if (credentials.ca === null) {
    throw rejected(`cannot register ${name}: its kubeconfig has no certificate-authority-data`);
  }
  const user = `${name}-admin`;
  const signIn =
    'token' in credentials
      ? { token: credentials.token }
      : {
          'client-certificate-data': encode(credentials.cert),
          'client-key-data': encode(credentials.key),
        };
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: {
          server: credentials.server,
          'certificate-authority-data': encode(credentials.ca),
          ...(credentials.tlsServerName !== undefined && {
            'tls-server-name': credentials.tlsServerName,
          }),
        },
      },
    ],
    users: [{ name: user, user: signIn }],
    contexts: [{ name, context: { cluster: name, user } }],
    'current-context': name,
    preferences: {},
  });
}
