/** Short-lived tokens of service accounts, by TokenRequest: no Secret keeps them in the cluster. */

import * as z from 'zod';
import { ErrorCode, OpenMcpError } from '../api/errors.ts';
import type { CallOptions, KubeClient, KubeObject } from './client.ts';
import { type Credentials, checkCredentials, refused } from './credentials.ts';
import { isRecord } from './object.ts';
import { pathOf, SERVICE_ACCOUNTS } from './resources.ts';

const Answer = z.object({
  status: z.object({ token: z.string().min(1), expirationTimestamp: z.iso.datetime() }),
});

export interface Token {
  readonly token: string;
  /** RFC 3339. The server may have given less time, or more, than was asked for. */
  readonly expiresAt: string;
}

export async function requestToken(
  client: KubeClient,
  account: { readonly namespace: string; readonly name: string },
  options: CallOptions & { readonly expirationSeconds: number },
): Promise<Token> {
  const { expirationSeconds, ...call } = options;
  const path = pathOf(SERVICE_ACCOUNTS, { ...account, subresource: 'token' });
  const answer = await client.request('POST', path, {
    ...call,
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds },
    },
  });
  const parsed = Answer.safeParse(answer);
  if (!parsed.success) {
    throw new OpenMcpError(
      ErrorCode.Unavailable,
      `cannot get a token for ServiceAccount ${account.namespace}/${account.name}: no token came`,
    );
  }
  const { token, expirationTimestamp } = parsed.data.status;
  return { token, expiresAt: expirationTimestamp };
}

/** The credentials of a member as its Secret on the hub holds them: server, ca.crt and token. */
export function credentialsFromSecret(secret: KubeObject): Credentials {
  const { namespace, name } = secret.metadata;
  const source = `Secret ${namespace}/${name}`;
  const data = isRecord(secret['data']) ? secret['data'] : {};
  const field = (key: string): string => {
    const value = data[key];
    if (typeof value !== 'string' || value === '') throw refused(source, `data.${key} is missing`);
    return Buffer.from(value, 'base64').toString('utf8');
  };
  const ca = data['ca.crt'] === undefined || data['ca.crt'] === '' ? null : field('ca.crt');
  const credentials = { server: field('server'), ca, token: field('token') };
  checkCredentials(credentials, source);
  return credentials;
}
