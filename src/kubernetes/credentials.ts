/** What it takes to talk to one API server. Never logged, never put into an error. */

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { ErrorCode, OpenMcpError } from '../api/errors.ts';

/** Asked before every call, so it may change between two: in-cluster tokens do. */
export type TokenSource = () => Promise<string>;

export interface Server {
  /** `https://host:port`, perhaps with a path. */
  readonly server: string;
  /** PEM; `null` trusts the authorities this machine trusts. */
  readonly ca: string | null;
  /** The name to expect in the certificate, where it is not the host of `server`. */
  readonly tlsServerName?: string | undefined;
}

export interface TokenCredentials extends Server {
  readonly token: string | TokenSource;
}

export interface CertificateCredentials extends Server {
  readonly cert: string;
  readonly key: string;
}

export type Credentials = TokenCredentials | CertificateCredentials;

/** Throws what to change, naming the field, if `credentials` cannot work or are not safe. */
export function checkCredentials(credentials: Credentials, source: string): void {
  checkServer(credentials.server, source);
  if (credentials.ca !== null)
    checkCertificate(credentials.ca, 'certificate-authority-data', source);
  if ('token' in credentials) return;
  checkCertificate(credentials.cert, 'client-certificate-data', source);
  try {
    createPrivateKey(credentials.key);
  } catch {
    throw refused(source, 'client-key-data is not a private key in PEM form');
  }
}

export function refused(source: string, why: string): OpenMcpError {
  return new OpenMcpError(ErrorCode.Rejected, `cannot use ${source}: ${why}`);
}

function checkServer(server: string, source: string): void {
  if (!URL.canParse(server)) throw refused(source, `server "${server}" is not a URL`);
  const { protocol, username, search, hash } = new URL(server);
  if (protocol !== 'https:') {
    throw refused(source, `server ${server} is not https: only servers with TLS are accepted`);
  }
  if (username !== '' || search !== '' || hash !== '') {
    throw refused(source, 'server must be an address alone, without user, query or fragment');
  }
}

function checkCertificate(pem: string, field: string, source: string): void {
  try {
    // oxlint-disable-next-line eslint/no-new -- only whether it parses matters
    new X509Certificate(pem);
  } catch {
    throw refused(source, `${field} is not a certificate in PEM form`);
  }
}
