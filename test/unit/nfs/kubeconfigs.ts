/** Kubeconfigs as the registry keeps them. */

import { rootCertificates } from 'node:tls';
import { stringify } from 'yaml';

/** Any certificate will do: none is checked against a server here. */
export const [CERTIFICATE = ''] = rootCertificates;

export interface KubeconfigParts {
  readonly server?: string;
  readonly user?: Readonly<Record<string, unknown>>;
  readonly cluster?: Readonly<Record<string, unknown>>;
}

/** Of a cluster called `name`, signed in to by a token. */
export function kubeconfig(name: string, parts: KubeconfigParts = {}): string {
  const { server = 'https://10.0.3.40:6443', user = { token: `token-of-${name}` } } = parts;
  const authority = Buffer.from(CERTIFICATE).toString('base64');
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    clusters: [
      { name, cluster: { server, 'certificate-authority-data': authority, ...parts.cluster } },
    ],
    contexts: [{ name: 'here', context: { cluster: name, user: 'me' } }],
    users: [{ name: 'me', user }],
  });
}
