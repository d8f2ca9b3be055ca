/** The Secret on the hub that holds what it takes to talk to one member. */

import type { KubeObject } from '../kubernetes/object.ts';

/** Label on it; its value is the cluster's name. */
export const CLUSTER_LABEL = 'openmcp.k8s.io/cluster';
/** Annotation: when the token ends, RFC 3339. */
export const TOKEN_EXPIRES = 'openmcp.k8s.io/token-expires';
/** Annotation: when it was issued. */
export const TOKEN_ISSUED = 'openmcp.k8s.io/token-issued';

export function memberSecretName(cluster: string): string {
  return `openmcp-member-${cluster}`;
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
