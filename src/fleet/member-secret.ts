/** The Secret on the hub that holds what it takes to talk to one member. */

import * as z from 'zod';
import { ErrorCode, OpenMcpError } from '../api/errors.ts';
import type { Credentials } from '../kubernetes/credentials.ts';
import type { KubeObject } from '../kubernetes/object.ts';

/** Label on it; its value is the cluster's name. */
export const CLUSTER_LABEL = 'openmcp.k8s.io/cluster';
/** Annotation: when the token ends, RFC 3339. */
export const TOKEN_EXPIRES = 'openmcp.k8s.io/token-expires';
/** Annotation: when it was issued. */
export const TOKEN_ISSUED = 'openmcp.k8s.io/token-issued';

const base64 = z
  .string()
  .min(1)
  .transform((text) => Buffer.from(text, 'base64').toString('utf8'));
const Data = z.object({ server: base64, 'ca.crt': base64, token: base64 });

export function memberSecretName(cluster: string): string {
  return `openmcp-member-${cluster}`;
}

export function credentialsFromSecret(secret: KubeObject): Credentials {
  const parsed = Data.safeParse(secret['data']);
  if (parsed.success) {
    const { server, token, 'ca.crt': ca } = parsed.data;
    return { server, token, ca };
  }
  // Names of fields only: what is in them stays out of errors.
  const fields = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
  throw new OpenMcpError(
    ErrorCode.Rejected,
    `cannot use Secret ${secret.metadata.name}: missing or unreadable data ${fields}`,
  );
}

/** When the token of a member ends, and how long it was given, in epoch milliseconds. */
export interface TokenLife {
  readonly cluster: string;
  readonly expiresAt: number;
  readonly lifetimeMs: number;
}

/** Null when the Secret does not say: a token of the operator's own, which nobody renews. */
export function tokenLife(cluster: string, { metadata }: KubeObject): TokenLife | null {
  const expiresAt = Date.parse(metadata.annotations?.[TOKEN_EXPIRES] ?? '');
  const issuedAt = Date.parse(metadata.annotations?.[TOKEN_ISSUED] ?? '');
  if (Number.isNaN(expiresAt) || Number.isNaN(issuedAt)) return null;
  return { cluster, expiresAt, lifetimeMs: expiresAt - issuedAt };
}
