/**
 * Routes in the network namespace of the fleet's process `network`, which all nodes are linked to.
 *
 * Ours carry a protocol number of their own, so that nobody else's is ever taken away.
 */

import * as z from 'zod';
import { askControl } from '../../control.ts';
import { NETWORK } from '../network/component.ts';
import { hasOwnNetwork, ip, ipBatch } from '../network/namespace.ts';
import type { Routes } from './announcer.ts';

const PROTOCOL = '201';

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
      await putInto(pid, routes);
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

async function putInto(pid: number, wanted: ReadonlyMap<string, string>): Promise<void> {
  // A network that has just been started is in the namespace of the host still.
  if (!(await hasOwnNetwork(pid)))
    throw new Error(`cannot route addresses: the process ${NETWORK} has no namespace of its own`);
  const listed = await ip(pid, ['-j', '-4', 'route', 'show', 'proto', PROTOCOL]);
  const present = Shown.parse(JSON.parse(listed || '[]'));
  const commands = commandsFor(
    new Map(present.map(({ dst, gateway = '' }) => [dst, gateway])),
    wanted,
  );
  if (commands.length > 0) await ipBatch(pid, commands, { force: true });
}
