/**
 * Writes deploy/crds/*.yaml from the schemas in src/api: `node deploy/crds/generate.ts`.
 * `--check` writes nothing and fails when a file is not up to date.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { KINDS } from '../../src/api/kinds.ts';
import { crdOf } from './crd.ts';

const stale: string[] = [];
for (const kind of KINDS) {
  const file = fileURLToPath(new URL(`${kind.plural}.yaml`, import.meta.url));
  const text = stringify(crdOf(kind), { lineWidth: 0, aliasDuplicateObjects: false });
  if (process.argv.includes('--check')) {
    if (readOrEmpty(file) !== text) stale.push(file);
  } else {
    writeFileSync(file, text);
  }
}
if (stale.length > 0) {
  process.stderr.write(`not up to date; run node deploy/crds/generate.ts:\n${stale.join('\n')}\n`);
  process.exitCode = 1;
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
