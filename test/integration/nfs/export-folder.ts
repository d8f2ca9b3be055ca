/** A folder of a test's own in the fleet's export, and what the server holds in it. */

import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Nfs4Client } from '../../../src/nfs/nfs4-client.ts';
import { openStore, type RegistryStore } from '../../../src/nfs/registry-store.ts';
import { fleetFromEnvironment } from '../../support/fleet.ts';

const DIRECTORY = 2;
const TIMEOUT_MS = 10_000;

export interface ExportFolder {
  /** What a registry in this folder is opened by. */
  readonly url: string;
  /** A store with a session of its own; `dispose` closes it. */
  open(address?: string, timeoutMs?: number): RegistryStore;
  /** On the server's disk; by its word where the export is in memory. */
  modeOf(path: string): Promise<number>;
  /** Names of all that is there, hidden or not. */
  names(path: string): Promise<string[]>;
  /** A folder with all that is in it. */
  remove(path: string): Promise<void>;
  dispose(): Promise<void>;
}

export async function exportFolder(): Promise<ExportFolder> {
  const { url, exportDir } = fleetFromEnvironment().endpoints.nfs;
  const { hostname, port, pathname } = new URL(url);
  const client = new Nfs4Client({ host: hostname, port: Number(port), timeoutMs: TIMEOUT_MS });
  const name = `test-${randomBytes(4).toString('hex')}`;
  const root = `${pathname}/${name}`;
  await client.mkdir(root, 0o700);
  const names = async (path: string) =>
    (await client.readdir(`${root}/${path}`)).map((entry) => entry.name).toSorted();
  const own = `${url}/${name}`;
  const stores: RegistryStore[] = [];
  return {
    url: own,
    open(address = own, timeoutMs = TIMEOUT_MS) {
      const store = openStore(address, timeoutMs);
      stores.push(store);
      return store;
    },
    async modeOf(path) {
      const onDisk = join(exportDir, name, path);
      const found = existsSync(onDisk) ? statSync(onDisk) : await client.stat(`${root}/${path}`);
      return found.mode & 0o777;
    },
    names,
    remove: (path) => removeTree(client, `${root}/${path}`),
    async dispose() {
      await Promise.all(stores.map((store) => store.close()));
      await removeTree(client, root);
      await client.close();
    },
  };
}

async function removeTree(client: Nfs4Client, path: string): Promise<void> {
  for (const { name, type } of await client.readdir(path)) {
    await (type === DIRECTORY
      ? removeTree(client, `${path}/${name}`)
      : client.remove(`${path}/${name}`));
  }
  await client.remove(path);
}
