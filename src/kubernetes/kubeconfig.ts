/**
 * Reads kubeconfigs, which come from users and are not trusted.
 *
 * What would run a program, open a file of this machine or talk without verified TLS is refused.
 */

import { parse } from 'yaml';
import * as z from 'zod';
import { type Credentials, checkCredentials, refused, type Server } from './credentials.ts';

/** A kubeconfig of one cluster has a few KB; certificates of many may make it a few hundred. */
const MAX_LENGTH = 1024 * 1024;

const Cluster = z.object({
  server: z.string().optional(),
  'certificate-authority': z.string().optional(),
  'certificate-authority-data': z.string().optional(),
  'insecure-skip-tls-verify': z.boolean().optional(),
  'tls-server-name': z.string().optional(),
  'proxy-url': z.string().optional(),
});
type Cluster = z.infer<typeof Cluster>;

const User = z.object({
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  'client-certificate': z.string().optional(),
  'client-certificate-data': z.string().optional(),
  'client-key': z.string().optional(),
  'client-key-data': z.string().optional(),
  username: z.string().optional(),
  exec: z.unknown().optional(),
  'auth-provider': z.unknown().optional(),
  as: z.string().optional(),
});
type User = z.infer<typeof User>;

const Kubeconfig = z.object({
  'current-context': z.string().optional(),
  clusters: z.array(z.object({ name: z.string(), cluster: Cluster })).min(1),
  contexts: z
    .array(
      z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) }),
    )
    .min(1),
  users: z.array(z.object({ name: z.string(), user: User })).min(1),
});

type Kubeconfig = z.infer<typeof Kubeconfig>;

/** One context of a kubeconfig, with the names it refers to looked up. */
export interface KubeconfigContext {
  readonly name: string;
  readonly clusterName: string;
  readonly cluster: Cluster;
  readonly user: User;
}

export interface KubeconfigOptions {
  /** Default: the current context, or the only one. */
  readonly context?: string | undefined;
  /** How the file is called in errors. */
  readonly source?: string | undefined;
}

const SOURCE = 'the kubeconfig';

/** Every error is `Rejected` and names the field. Certificates must be inside, not beside it. */
export function credentialsFromKubeconfig(
  text: string,
  options: KubeconfigOptions = {},
): Credentials {
  const source = options.source ?? SOURCE;
  const { cluster, user } = readContext(text, options);
  refuseUser(user, source);
  const server = serverIn(cluster, source);
  const credentials =
    user.token !== undefined && user.token !== ''
      ? { ...server, token: user.token }
      : { ...server, ...certificateOf(user, source) };
  checkCredentials(credentials, source);
  return credentials;
}

export function serverIn(cluster: Cluster, source: string): Server {
  if (cluster['insecure-skip-tls-verify'] === true) {
    const fix = 'give certificate-authority-data instead';
    throw refused(source, `insecure-skip-tls-verify is true: ${fix}`);
  }
  if (cluster['proxy-url'] !== undefined) throw refused(source, 'proxy-url is not supported');
  refuseFile('certificate-authority', cluster['certificate-authority'], source);
  const tlsServerName = cluster['tls-server-name'];
  return {
    server: required(cluster.server, 'clusters[].cluster.server', source),
    ca: decoded(cluster['certificate-authority-data'], 'certificate-authority-data', source),
    ...(tlsServerName !== undefined && { tlsServerName }),
  };
}

/** The name its owner gave the cluster: that of the cluster in the context in use. */
export function clusterNameOf(text: string, options: KubeconfigOptions = {}): string {
  return readContext(text, options).clusterName;
}

export function readContext(text: string, options: KubeconfigOptions = {}): KubeconfigContext {
  const source = options.source ?? SOURCE;
  const config = parseKubeconfig(text, source);
  const { name, context } = contextIn(config, options.context, source);
  const cluster = config.clusters.find((candidate) => candidate.name === context.cluster);
  const user = config.users.find((candidate) => candidate.name === context.user);
  const lacks = (what: string): Error =>
    refused(source, `context "${name}" names ${what}, which is not in it`);
  if (cluster === undefined) throw lacks(`cluster "${context.cluster}"`);
  if (user === undefined) throw lacks(`user "${context.user}"`);
  return { name, clusterName: cluster.name, cluster: cluster.cluster, user: user.user };
}

function contextIn(
  config: Kubeconfig,
  named: string | undefined,
  source: string,
): Kubeconfig['contexts'][number] {
  const wanted = named ?? config['current-context'] ?? '';
  const only = config.contexts.length === 1 ? config.contexts[0] : undefined;
  if (wanted === '') {
    if (only !== undefined) return only;
    throw refused(source, 'current-context is missing');
  }
  const found = config.contexts.find((candidate) => candidate.name === wanted);
  if (found !== undefined) return found;
  throw refused(source, `it has no context "${wanted}"`);
}

function parseKubeconfig(text: string, source: string): Kubeconfig {
  if (text.length > MAX_LENGTH) throw refused(source, `it is larger than ${MAX_LENGTH} bytes`);
  let content: unknown;
  try {
    content = parse(text);
  } catch {
    // The parser's own message quotes the text, which holds secrets.
    throw refused(source, 'it is not YAML');
  }
  const parsed = Kubeconfig.safeParse(content);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field =
    issue === undefined || issue.path.length === 0 ? 'the document' : pathText(issue.path);
  throw refused(source, `${field}: ${issue?.message ?? 'not a kubeconfig'}`);
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : `${text}${text && '.'}${String(part)}`,
    '',
  );
}

function refuseUser(user: User, source: string): void {
  if (user.exec !== undefined) {
    const fix = 'give a token or a certificate';
    throw refused(source, `its user runs a program (exec) to sign in: ${fix}`);
  }
  if (user['auth-provider'] !== undefined || user.username !== undefined) {
    const way = user.username === undefined ? 'auth-provider' : 'username and password';
    throw refused(source, `its user signs in by ${way}, which Kubernetes has removed`);
  }
  if (user.as !== undefined) throw refused(source, 'its user impersonates another (as)');
  refuseFile('client-certificate', user['client-certificate'], source);
  refuseFile('client-key', user['client-key'], source);
  refuseFile('tokenFile', user.tokenFile, source);
}

function refuseFile(field: string, value: string | undefined, source: string): void {
  if (value === undefined) return;
  const fix = 'embed it (kubectl config view --raw --flatten --minify)';
  throw refused(source, `${field} names a file: ${fix}`);
}

function certificateOf(user: User, source: string): { cert: string; key: string } {
  const cert = decoded(user['client-certificate-data'], 'client-certificate-data', source);
  const key = decoded(user['client-key-data'], 'client-key-data', source);
  if (cert === null && key === null) {
    const fields = 'users[].user needs token, or client-certificate-data and client-key-data';
    throw refused(source, fields);
  }
  return {
    cert: required(cert, 'users[].user.client-certificate-data', source),
    key: required(key, 'users[].user.client-key-data', source),
  };
}

function required(value: string | null | undefined, field: string, source: string): string {
  if (value === undefined || value === null || value === '')
    throw refused(source, `${field} is missing`);
  return value;
}

function decoded(value: string | undefined, field: string, source: string): string | null {
  if (value === undefined || value === '') return null;
  const compact = value.replaceAll(/\s/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) throw refused(source, `${field} is not base64`);
  return Buffer.from(compact, 'base64').toString('utf8');
}
