#!/usr/bin/env node
/** The `openmcp` command: finds a Node that runs TypeScript, and hands over to main.ts. */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

// Node strips types by itself since 22.18.
if (major > 22 || (major === 22 && minor >= 18)) {
  await import(pathToFileURL(main).href);
} else {
  const pinned = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url));
  if (!existsSync(pinned)) {
    process.stderr.write(
      'error: cannot run openmcp: Node 22.18 or newer is needed, or run npm ci first\n',
    );
    process.exit(2);
  }
  const { status } = spawnSync(pinned, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exit(status ?? 1);
}
