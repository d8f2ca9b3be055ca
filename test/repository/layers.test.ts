/** Every import rule reports what it forbids: a rule that is silently off is found here. */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'openmcp-layers-'));
  cpSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the linter says of `code` in a file at `path`. */
function lint(path: string, code: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, code);
  const linter = join(root, 'node_modules/.bin/oxlint');
  const { stdout } = spawnSync(linter, ['-f', 'json', path], { cwd: folder, encoding: 'utf8' });
  rmSync(file);
  return stdout;
}

const uses = (name: string, from: string) => `import { ${name} } from '${from}';\n\n${name}();\n`;

describe('forbids', () => {
  it.each([
    ['src/api/a.ts', '../kubernetes/client.ts', 'src/api describes data'],
    ['src/api/a.ts', 'node:fs', 'src/api describes data'],
    ['src/scheduler/a.ts', 'node:fs/promises', 'Decision code is pure'],
    ['src/scheduler/a.ts', '../../activities/hub/deployments.ts', 'Decision code is pure'],
    ['workflows/a.ts', '../activities/hub/deployments.ts', 'activities as types only'],
    ['workflows/a.ts', 'node:fs/promises', 'Side effects belong in activities'],
    ['workflows/a.ts', '@temporalio/client', 'Side effects belong in activities'],
    ['workflows/a.ts', '../src/scheduler/place.ts', 'Decisions are activities'],
    ['activities/hub/a.ts', '../../workflows/deployment.ts', 'Activities do not know workflows'],
    ['activities/hub/a.ts', '../member-cluster/deployments.ts', 'Two external systems'],
    ['activities/hub/a.ts', '../../src/scheduler/place.ts', 'activities/decisions'],
    ['activities/hub/a.ts', '../../test/fakes/world.ts', 'does not import tests'],
    ['src/watcher/a.ts', '../../workflows/deployment.ts', 'workflows/contract.ts'],
    [
      'src/watcher/a.ts',
      '../../activities/hub/deployments.ts',
      'Only src/worker.ts runs activities',
    ],
    ['src/cli/a.ts', '../../workflows/deployment.ts', 'workflows/contract.ts'],
  ])('%s → %s', (path, from, message) => {
    expect(lint(path, uses('thing', from))).toContain(message);
  });

  it.each([
    ['src/scheduler/a.ts', 'export const now = () => new Date();\n', 'Date'],
    ['src/watcher/a.ts', "export const home = () => process.env['HOME'];\n", 'process.env'],
    ['src/api/a.ts', 'export default 1;\n', 'default'],
  ])('%s: %s', (path, code, message) => {
    expect(lint(path, code)).toContain(message);
  });
});

describe('allows', () => {
  it.each([
    [
      'workflows/a.ts',
      "import type { A } from '../activities/hub/deployments.ts';\n\nexport type B = A;\n",
    ],
    ['src/watcher/a.ts', uses('changed', '../../workflows/contract.ts')],
    ['src/watcher/a.ts', uses('joinId', '../../workflows/cluster-contract.ts')],
    ['activities/decisions/a.ts', uses('place', '../../src/scheduler/place.ts')],
    ['workflows/a.ts', uses('data', '../src/api/meta.ts')],
  ])('%s: %s', (path, code) => {
    expect(lint(path, code)).not.toContain('restricted');
  });
});
