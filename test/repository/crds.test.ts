/** deploy/crds is what src/api says: nobody edited it, or forgot to generate it. */

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { crdOf } from '../../deploy/crds/crd.ts';
import { KINDS } from '../../src/api/kinds.ts';

const folder = fileURLToPath(new URL('../../deploy/crds/', import.meta.url));

it.each(KINDS.map((kind) => [`${kind.plural}.yaml`, kind] as const))('%s', (file, kind) => {
  expect(parse(readFileSync(`${folder}${file}`, 'utf8'))).toEqual(
    JSON.parse(JSON.stringify(crdOf(kind))),
  );
});

it('has no file of a kind that is gone', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

  expect(files.toSorted()).toEqual(KINDS.map(({ plural }) => `${plural}.yaml`).toSorted());
});
