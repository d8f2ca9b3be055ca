/** The network namespaces of processes, and running `ip` in them. */

import { execFile } from 'node:child_process';
import { readlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { pause } from '../../pid-records.ts';

const TIMEOUT_MS = 10_000;
/** About 100 bytes a route. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Those of the process, or with null of the host. */
const pathOf = (pid: number | null) => `/proc/${pid ?? 'self'}/ns/net`;

export async function hasOwnNetwork(pid: number): Promise<boolean> {
  return (await readlink(pathOf(pid))) !== (await readlink(pathOf(null)));
}

/** One that has just been started is in the namespace of the host still. */
export async function untilOwnNetwork(pid: number): Promise<void> {
  for (const end = Date.now() + TIMEOUT_MS; !(await hasOwnNetwork(pid)); ) {
    if (Date.now() > end) throw new Error(`process ${pid} made no network namespace of its own`);
    await pause(10);
  }
}

/** `ip` with these arguments, in the namespace of a process or with null on the host; what it prints. */
export function ip(pid: number | null, args: readonly string[]): Promise<string> {
  return inNetwork(pid, ['ip', ...args], '');
}

/** Commands of `ip`, one after the other. `force`: one that fails does not hold up the others. */
export async function ipBatch(
  pid: number | null,
  commands: readonly string[],
  options: { force?: boolean } = {},
): Promise<void> {
  const words = ['ip', ...(options.force === true ? ['-force'] : []), '-batch', '-'];
  try {
    await inNetwork(pid, words, `${commands.join('\n')}\n`);
  } catch (error) {
    throw new Error(named(error instanceof Error ? error.message : String(error), commands), {
      cause: error,
    });
  }
}

/** ip tells of the line that failed by its number alone. */
export function named(message: string, commands: readonly string[]): string {
  return message.replaceAll(
    /Command failed -:(\d+)/g,
    (_, line: string) => `ip ${commands[Number(line) - 1]}`,
  );
}

export async function inNetwork(
  pid: number | null,
  words: readonly string[],
  input: string,
): Promise<string> {
  const entered = pid === null ? words : ['nsenter', `--net=${pathOf(pid)}`, '--', ...words];
  const [command = '', ...args] = entered;
  const call = promisify(execFile)(command, args, {
    timeout: TIMEOUT_MS,
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  // It may end before it has read: its exit says so.
  call.child.stdin?.on('error', () => undefined).end(input);
  try {
    return (await call).stdout;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    const why = said === '' ? String(error) : said;
    throw new Error(`cannot change the network: ${why.replaceAll(/\s*\n\s*/g, '; ')}`, {
      cause: error,
    });
  }
}
