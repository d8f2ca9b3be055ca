/** Scripts of this checkout as processes of the fleet. */

import { join } from 'node:path';
import type { Process } from './component.ts';
import { paths, ROOT, type Settings } from './settings.ts';

export const FLAGS = ['--disable-warning=ExperimentalWarning'];
/**
 * Memory counts more than collecting it: a young generation of 2 MB per thread, and an old one that is
 * collected when it has grown by a fifth (V8's own choice is up to threefold).
 */
const MEMORY = ['--max-semi-space-size=2', '--heap-growing-percent=20'];

/** `script`: from the root of the checkout. */
export function nodeScript(
  settings: Settings,
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Pick<Process, 'command' | 'args' | 'env'> {
  return {
    command: process.execPath,
    args: [...FLAGS, ...MEMORY, join(ROOT, script), ...args],
    // Sources that are compiled already start faster, and the compiler is not kept in memory.
    env: { ...env, NODE_COMPILE_CACHE: paths.compileCache(settings) },
  };
}
