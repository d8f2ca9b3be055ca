/** Where the registry's files are: an NFSv4 export, or a folder where it is mounted. */

import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf, ErrorCode, OpenMcpError } from '../api/errors.ts';
import { isRecord } from '../kubernetes/object.ts';
import { Nfs4Client } from './nfs4-client.ts';
import { NfsError } from './operations.ts';

export interface RegistryStore {
  /** Null when there is no such file. */
  readText(path: string): Promise<string | null>;
  /** Atomic, readable by its owner alone. Folders above it must exist. */
  writeText(path: string, text: string): Promise<void>;
  /** Names in a folder, what a crash left half-written not among them; empty when it is not there. */
  list(path: string): Promise<string[]>;
  makeFolders(path: string): Promise<void>;
  move(from: string, to: string): Promise<void>;
  exists(path: string): Promise<boolean>;
  close(): Promise<void>;
}

const DEFAULT_PORT = 2049;
const TIMEOUT_MS = 10_000;
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** `nfs://host:port/export`, or the absolute path of a folder. The time-out is that of one call to the server. */
export function openStore(address: string, timeoutMs = TIMEOUT_MS): RegistryStore {
  if (address.startsWith('/')) return folderStore(address);
  if (!URL.canParse(address) || new URL(address).protocol !== 'nfs:') {
    throw new OpenMcpError(
      ErrorCode.Rejected,
      `cannot use registry ${address}: it must be nfs://host:port/export, or the absolute path of a folder`,
    );
  }
  const { hostname, port, pathname } = new URL(address);
  const client = new Nfs4Client({
    host: hostname,
    port: port === '' ? DEFAULT_PORT : Number(port),
    timeoutMs,
  });
  return nfsStore(client, { address, root: pathname });
}

/** A file that is being written has such a name. */
const isTemporary = (name: string) => name.startsWith('.') && name.endsWith('.tmp');

function nfsStore(client: Nfs4Client, where: { address: string; root: string }): RegistryStore {
  const { address, root } = where;
  const at = (path: string) => `${root}/${path}`;
  /** The name of the export may be mistyped: all would look like an empty registry. */
  const needRoot = async () => {
    if ((await unlessAbsent(client.stat(root))) !== null) return;
    const why = `cannot use registry ${address}: there is no such folder on the server`;
    throw new OpenMcpError(ErrorCode.NotFound, why);
  };
  const told = async <T>(what: string, act: Promise<T>): Promise<T> => {
    try {
      return await act;
    } catch (error) {
      if (!(error instanceof NfsError)) throw error;
      if (error.code === ErrorCode.NotFound) await needRoot();
      const why = `cannot ${what} in registry ${address}: ${error.message}`;
      throw new OpenMcpError(error.code, why, { cause: error });
    }
  };
  const found = async <T>(what: string, read: Promise<T>): Promise<T | null> => {
    const answer = await told(what, unlessAbsent(read));
    if (answer === null) await needRoot();
    return answer;
  };
  return {
    readText: async (path) =>
      (await found(`read ${path}`, client.readFile(at(path))))?.toString('utf8') ?? null,
    writeText: (path, text) =>
      told(`write ${path}`, client.writeFile(at(path), Buffer.from(text), FILE_MODE)),
    async list(path) {
      const entries = (await found(`list ${path}`, client.readdir(at(path)))) ?? [];
      return entries.map(({ name }) => name).filter((name) => !isTemporary(name));
    },
    makeFolders: (path) => told(`make ${path}`, makeEach(client, root, path)),
    move: (from, to) => told(`move ${from} to ${to}`, client.rename(at(from), at(to))),
    exists: async (path) => (await found(`see ${path}`, client.stat(at(path)))) !== null,
    close: () => client.close(),
  };
}

async function makeEach(client: Nfs4Client, root: string, path: string): Promise<void> {
  let folder = root;
  for (const part of path.split('/').filter(Boolean)) {
    folder = `${folder}/${part}`;
    try {
      await client.mkdir(folder, FOLDER_MODE);
    } catch (error) {
      if (codeOf(error) !== ErrorCode.Conflict) throw error;
    }
  }
}

async function unlessAbsent<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    if (codeOf(error) === ErrorCode.NotFound) return null;
    throw error;
  }
}

function folderStore(root: string): RegistryStore {
  /** Never made here: it may be a mount that is missing, or a name that is mistyped. */
  const at = async (path: string) => {
    if ((await orNull(stat(root), root)) === null) {
      throw new OpenMcpError(
        ErrorCode.NotFound,
        `cannot use registry ${root}: there is no such folder; make it, or mount it`,
      );
    }
    return join(root, path);
  };
  return {
    readText: async (path) => orNull(readFile(await at(path), 'utf8'), root),
    async writeText(path, text) {
      const target = await at(path);
      const temporary = join(dirname(target), `.${randomBytes(6).toString('hex')}.tmp`);
      try {
        await writeFile(temporary, text, { mode: FILE_MODE, flush: true });
        await rename(temporary, target);
      } catch (error) {
        await rm(temporary, { force: true });
        throw named(error, root);
      }
    },
    async list(path) {
      const names = (await orNull(readdir(await at(path)), root)) ?? [];
      return names.filter((name) => !isTemporary(name));
    },
    async makeFolders(path) {
      const target = await at(path);
      await mkdir(target, { recursive: true, mode: FOLDER_MODE }).catch((error: unknown) => {
        throw named(error, root);
      });
    },
    async move(from, to) {
      await rename(await at(from), await at(to)).catch((error: unknown) => {
        throw named(error, root);
      });
    },
    exists: async (path) => (await orNull(stat(await at(path)), root)) !== null,
    close: async () => undefined,
  };
}

async function orNull<T>(read: Promise<T>, root: string): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw named(error, root);
  }
}

function systemCode(error: unknown): string {
  return isRecord(error) && typeof error['code'] === 'string' ? error['code'] : '';
}

function named(error: unknown, root: string): OpenMcpError {
  const code = systemCode(error);
  const cause = isRecord(error) ? String(error['message']) : String(error);
  const why = `cannot use registry ${root}: ${cause}`;
  if (code === 'ENOENT') return new OpenMcpError(ErrorCode.NotFound, why);
  return new OpenMcpError(
    ['EIO', 'ESTALE', 'ETIMEDOUT'].includes(code) ? ErrorCode.Unavailable : ErrorCode.Rejected,
    why,
  );
}
