/**
 * Routes in the network namespace of the fleet's process `network`, which all nodes are linked to.
 *
 * Ours carry a protocol number of their own, so that nobody else's is ever taken away.
 */

import { execFile } from 'node:child_process';
import { readlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import * as z from 'zod';
import { askControl } from '../../control.ts';
import type { Routes } from './announcer.ts';

const NETWORK = 'network';
const PROTOCOL = '201';
const TIMEOUT_MS = 10_000;
/** About 100 bytes a route. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

const Pids = z.record(z.string(), z.int());
const Shown = z.array(z.object({ dst: z.string(), gateway: z.string().optional() }));

/** `control`: the socket of the launcher, which knows the process. */
export function networkRoutes(control: string): Routes {
  return {
    async put(routes) {
      const pid = Pids.parse(await askControl(control, 'GET', '/components'))[NETWORK];
      if (pid === undefined) {
        if (routes.size === 0) return;
        throw new Error(`cannot route ${routes.size} addresses: no process ${NETWORK} runs`);
      }
      await putInto(`/proc/${pid}/ns/net`, routes);
    },
  };
}

/**
 * Without `onlink`, which needs a device: so the kernel finds the one that the node is linked to, and
 * refuses a node that is linked to none. What is refused does not hold up the others.
 */
export function commandsFor(
  present: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, string>,
): string[] {
  const gone = [...present.keys()].filter((address) => !wanted.has(address));
  const changed = [...wanted].filter(([address, node]) => present.get(address) !== node);
  return [
    ...gone.map((address) => `route del ${address} proto ${PROTOCOL}`),
    // `replace` would take an address that is somebody else's.
    ...changed.map(([address, node]) => {
      const verb = present.has(address) ? 'replace' : 'add';
      return `route ${verb} ${address}/32 via ${node} proto ${PROTOCOL}`;
    }),
  ];
}

async function putInto(namespace: string, wanted: ReadonlyMap<string, string>): Promise<void> {
  // A network that has just been started is in the namespace of the host still.
  if ((await readlink(namespace)) === (await readlink('/proc/self/ns/net'))) {
    throw new Error(`cannot route addresses: the process ${NETWORK} has no namespace of its own`);
  }
  const listed = await ip(namespace, ['-j', '-4', 'route', 'show', 'proto', PROTOCOL], '');
  const present = Shown.parse(JSON.parse(listed || '[]'));
  const commands = commandsFor(
    new Map(present.map(({ dst, gateway = '' }) => [dst, gateway])),
    wanted,
  );
  if (commands.length === 0) return;
  try {
    await ip(namespace, ['-force', '-batch', '-'], `${commands.join('\n')}\n`);
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

async function ip(namespace: string, args: readonly string[], input: string): Promise<string> {
  const call = promisify(execFile)('nsenter', [`--net=${namespace}`, 'ip', ...args], {
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
    throw new Error(`cannot route addresses: ${why.replaceAll(/\s*\n\s*/g, '; ')}`, {
      cause: error,
    });
  }
}
