/** ARCHITECTURE.md lists every folder of code, and no other. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));
const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');

const folders = ['src', 'workflows', 'activities', 'deploy'].flatMap((top) =>
  readdirSync(join(root, top), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${top}/${name}`),
);

it.each(folders)('lists %s', (folder) => {
  expect(text).toContain(`\`${folder}\``);
});

it('lists no folder that is gone', () => {
  const listed = [...text.matchAll(/`((?:src|workflows|activities|deploy)\/[a-z-]+)`/g)].map(
    ([, name]) => name,
  );

  expect(listed.filter((name) => name !== undefined && !folders.includes(name))).toEqual([]);
});

it('keeps machine paths and registries out of the project', () => {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');

  expect(lock).not.toMatch(/"resolved": "http/);
});
