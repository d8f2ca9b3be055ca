/** Where recorded histories are: test/histories/<workflow>/<case>.json. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('.', import.meta.url));

/** `joinCluster` is recorded in the folder `join-cluster`. */
export function folderOf(workflow: string): string {
  return workflow.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
}

export function fileOf({ workflow, name }: { workflow: string; name: string }): string {
  return `${folderOf(workflow)}/${name}.json`;
}

export function pathOf(file: string): string {
  return join(ROOT, file);
}

/** All that are recorded, as `<workflow>/<case>.json`. */
export function recordedFiles(): string[] {
  return readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .toSorted();
}

export function textOf(file: string): string {
  return readFileSync(pathOf(file), 'utf8');
}
