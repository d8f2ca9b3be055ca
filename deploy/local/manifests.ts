/** Objects as YAML files have them, and applying whatever kind they are of. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { codeOf, ErrorCode } from '../../src/api/errors.ts';
import type { KubeClient } from '../../src/kubernetes/client.ts';
import { isKubeObject, isRecord, type KubeObject } from '../../src/kubernetes/object.ts';
import { CRDS, type Resource } from '../../src/kubernetes/resources.ts';
import { pause } from './pid-records.ts';

export const MANAGER = 'openmcp-fleet';
export const APPLY = { fieldManager: MANAGER, force: true };

export function objectsIn(file: string | URL): KubeObject[] {
  return parseAllDocuments(readFileSync(file, 'utf8'))
    .map((document): unknown => document.toJS())
    .filter(isKubeObject);
}

/** Of all YAML files in a folder, in the order of their names. */
export function objectsBelow(folder: string): KubeObject[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .toSorted()
    .flatMap((name) => objectsIn(join(folder, name)));
}

/** CRDs, and waits until what they define can be created. */
export async function applyCrds(client: KubeClient, crds: readonly KubeObject[]): Promise<void> {
  await Promise.all(crds.map((crd) => client.apply(CRDS, crd, { ...APPLY, timeoutMs: 60_000 })));
  await established(
    client,
    crds.map(({ metadata }) => metadata.name),
  );
}

/** In their order, since some need others. */
export async function applyAll(client: KubeClient, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) await client.apply(resourceOf(object), object, APPLY);
}

/** By the rules that Kubernetes' own kinds follow; a namespaced object names its namespace. */
function resourceOf({ apiVersion, kind, metadata }: KubeObject): Resource {
  const [group = '', version = ''] = apiVersion.includes('/')
    ? apiVersion.split('/')
    : ['', apiVersion];
  const plural = kind.toLowerCase().replace(/s$/, 'se').replace(/y$/, 'ie');
  return {
    group,
    version,
    plural: `${plural}s`,
    kind,
    namespaced: metadata.namespace !== undefined,
  };
}

async function established(client: KubeClient, names: readonly string[]): Promise<void> {
  const end = Date.now() + 30_000;
  for (const name of names) {
    for (;;) {
      const status = (await client.read(CRDS, { name }))?.['status'];
      const conditions: unknown[] =
        isRecord(status) && Array.isArray(status['conditions']) ? status['conditions'] : [];
      if (
        conditions.some(
          (each) => isRecord(each) && each['type'] === 'Established' && each['status'] === 'True',
        )
      )
        break;
      if (Date.now() > end)
        throw new Error(`CRD ${name} is not established: ${JSON.stringify(conditions)}`);
      await pause(100);
    }
  }
}

/** A kind is served a moment after its CRD is established; what is refused stays refused. */
export async function settledApply(client: KubeClient, object: KubeObject): Promise<void> {
  const end = Date.now() + 15_000;
  for (;;) {
    try {
      await client.apply(resourceOf(object), object, APPLY);
      return;
    } catch (error) {
      if (codeOf(error) === ErrorCode.Rejected || Date.now() > end) throw error;
      await pause(200);
    }
  }
}
