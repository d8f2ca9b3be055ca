/**
 * Credentials that this program was given for itself: a kubeconfig of its own, or its pod's account.
 *
 * Unlike those of users (kubeconfig.ts) such a kubeconfig may point at files, and may run a program
 * to sign in if that is allowed.
 */

import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { type Credentials, checkCredentials, refused, type TokenSource } from './credentials.ts';
import { credentialsFromKubeconfig, type KubeconfigOptions } from './kubeconfig.ts';
import { isRecord } from './object.ts';

export interface KubeconfigFileOptions {
  readonly context?: string | undefined;
  /** Lets an `exec` user run its program. Only for files that the operator wrote. */
  readonly allowExec?: boolean | undefined;
}

export async function credentialsFromFile(
  path: string,
  options: KubeconfigFileOptions = {},
): Promise<Credentials> {
  const source = `kubeconfig ${path}`;
  const text = await readNamed(path, source);
  const embedded = await embedFiles(text, dirname(path), source);
  const read: KubeconfigOptions = { context: options.context, source };
  if (options.allowExec !== true) return credentialsFromKubeconfig(embedded, read);
  const { credentialsByExec } = await import('./exec-credentials.ts');
  return credentialsByExec(embedded, read);
}

const ACCOUNT_DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount';
/** The kubelet replaces the token well before it ends; reading it for every call is not needed. */
const TOKEN_MS = 60_000;

/** Of the pod that this runs in; `host` and `port` are its KUBERNETES_SERVICE_HOST and _PORT. */
export async function inClusterCredentials(at: {
  readonly host: string;
  readonly port: string;
  readonly directory?: string | undefined;
}): Promise<Credentials> {
  const directory = at.directory ?? ACCOUNT_DIRECTORY;
  const source = `the service account in ${directory}`;
  const token = fileToken(resolve(directory, 'token'), source);
  await token();
  const host = at.host.includes(':') ? `[${at.host}]` : at.host;
  const credentials = {
    server: `https://${host}:${at.port}`,
    ca: await readNamed(resolve(directory, 'ca.crt'), source),
    token,
  };
  checkCredentials(credentials, source);
  return credentials;
}

function fileToken(path: string, source: string): TokenSource {
  let known: { readonly token: string; readonly at: number } | null = null;
  return async () => {
    if (known !== null && performance.now() - known.at < TOKEN_MS) return known.token;
    const token = (await readNamed(path, source)).trim();
    known = { token, at: performance.now() };
    return token;
  };
}

const FILES = {
  cluster: [['certificate-authority', 'certificate-authority-data']],
  user: [
    ['client-certificate', 'client-certificate-data'],
    ['client-key', 'client-key-data'],
  ],
} as const;

/** Puts the files that it names into the kubeconfig, as `kubectl config view --flatten` does. */
async function embedFiles(text: string, directory: string, source: string): Promise<string> {
  if (!/^\s*(?:certificate-authority|client-certificate|client-key|tokenFile):/m.test(text)) {
    return text;
  }
  const config: unknown = parse(text);
  if (!isRecord(config)) return text;
  for (const entry of entriesOf(config['clusters'], 'cluster')) {
    await embed(entry, FILES.cluster, { directory, source });
  }
  for (const entry of entriesOf(config['users'], 'user')) {
    await embed(entry, FILES.user, { directory, source });
    const { tokenFile, ...rest } = entry;
    if (typeof tokenFile === 'string' && rest['token'] === undefined) {
      entry['token'] = (await readNamed(resolve(directory, tokenFile), source)).trim();
    }
    delete entry['tokenFile'];
  }
  return stringify(config);
}

function entriesOf(list: unknown, field: string): Record<string, unknown>[] {
  const items: unknown[] = Array.isArray(list) ? list : [];
  return items.flatMap((item) => (isRecord(item) && isRecord(item[field]) ? [item[field]] : []));
}

async function embed(
  entry: Record<string, unknown>,
  fields: readonly (readonly [string, string])[],
  { directory, source }: { directory: string; source: string },
): Promise<void> {
  for (const [file, data] of fields) {
    const path = entry[file];
    if (typeof path !== 'string') continue;
    // Data beside a file wins, as in kubectl.
    const content = await readNamed(resolve(directory, path), source);
    entry[data] ??= Buffer.from(content).toString('base64');
    delete entry[file];
  }
}

async function readNamed(path: string, source: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const why = isRecord(error) && typeof error['code'] === 'string' ? error['code'] : 'unreadable';
    throw refused(source, `cannot read ${path} (${why})`);
  }
}
