/** The network of real nodes: a router in a namespace of its own, linked to the host and to every node. */

import { execFile } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import type { Build, Context, Process } from '../../component.ts';
import { pause } from '../../pid-records.ts';
import { portOpen } from '../../ready.ts';
import { API_PORT, type ClusterPlace, serviceAddress } from '../../settings.ts';
import { NFS_PORT } from '../nfs/volumes.ts';
import { type InnerPlace, linkOf, type NodePlace } from './addresses.ts';

export const build: Build = {
  kind: 'go',
  component: 'network',
  version: '1',
  target: { package: '.', output: 'network' },
  programs: ['network'],
  isStatic: true,
};

/** A member with real nodes. */
export interface Linked {
  readonly place: ClusterPlace;
  readonly inner: InnerPlace;
}

const NETWORK = 'network';

/** Puts links, addresses and routes around the processes; all goes with the processes. */
export class Wiring {
  readonly #block: number;
  readonly #members: readonly Linked[];
  readonly #pidOf: (name: string) => number | null;
  /** One change after the other: the router may be made anew while a node comes. */
  #last: Promise<void> = Promise.resolve();

  constructor(block: number, members: readonly Linked[], pidOf: (name: string) => number | null) {
    this.#block = block;
    this.#members = members;
    this.#pidOf = pidOf;
  }

  router(context: Context): Process {
    const nfs = `${serviceAddress(context.settings)}:${NFS_PORT}`;
    const forwards = this.#members.flatMap(({ place, inner }) => [
      ...['--forward', `${inner.api}:${API_PORT}=${place.address}:${API_PORT}`],
      ...['--forward', `${inner.api}:${NFS_PORT}=${nfs}`],
    ]);
    const [first] = this.#members;
    return {
      name: NETWORK,
      command: context.built.program('network', 'network'),
      args: forwards,
      listens: [],
      started: (pid) => this.#inTurn(() => this.#wireRouter(pid)),
      ready: async () => {
        if (first !== undefined) await portOpen(first.inner.api, API_PORT);
      },
      stopSeconds: 3,
    };
  }

  /** Links a node whose first process is there. */
  link(node: NodePlace): Promise<void> {
    return this.#inTurn(async () => {
      const router = this.#pidOf(NETWORK);
      // Else the router links it when it comes.
      if (router !== null) await this.#wireNode(router, node);
    });
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(act);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #wireRouter(pid: number): Promise<void> {
    const { name, range, host, router } = linkOf(this.#block);
    await moved(pid);
    await removeLink(null, name);
    await ip(null, [
      `link add ${name} type veth peer name host netns ${pid}`,
      `address add ${host}/30 dev ${name}`,
      `link set ${name} up`,
      `route add ${range} via ${router}`,
    ]);
    await ip(pid, [
      'link set lo up',
      `address add ${router}/30 dev host`,
      'link set host up',
      ...this.#members.map(({ inner }) => `address add ${inner.api}/32 dev lo`),
    ]);
    await inNamespace(pid, ['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward'], '');
    for (const { inner } of this.#members)
      for (const node of inner.nodes) await this.#wireNode(pid, node);
  }

  async #wireNode(router: number, { name, address, pods }: NodePlace): Promise<void> {
    const pid = firstProcess(this.#pidOf(name));
    if (pid === null) return;
    const api = this.#members.find(({ inner }) => inner.nodes.some((node) => node.name === name))
      ?.inner.api;
    // Of the router's links; those of Linux have at most 15 characters.
    const link = `n${address.split('.').slice(2).join('-')}`;
    await removeLink(router, link);
    await removeLink(pid, 'eth0');
    await ip(router, [
      `link add ${link} type veth peer name eth0 netns ${pid}`,
      `link set ${link} up`,
      `address add ${api}/32 dev ${link}`,
      `route add ${address}/32 dev ${link}`,
      `route add ${pods} via ${address}`,
    ]);
    await ip(pid, [
      'link set lo up',
      `address add ${address}/32 dev eth0`,
      'link set eth0 up',
      `route add ${api}/32 dev eth0`,
      `route add default via ${api}`,
    ]);
  }
}

/**
 * The process of a node that is first in its namespaces: the one child of the `unshare` that made them,
 * which itself stays outside. Null while there is none.
 */
export function firstProcess(unshare: number | null): number | null {
  if (unshare === null) return null;
  try {
    const children = readFileSync(`/proc/${unshare}/task/${unshare}/children`, 'utf8');
    const pid = Number(children.trim().split(' ')[0] ?? '');
    return pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

/** Waits until the process is in a namespace of its own. */
async function moved(pid: number): Promise<void> {
  const namespaceOf = (process: number | 'self') => readlinkSync(`/proc/${process}/ns/net`);
  for (const end = Date.now() + 10_000; namespaceOf(pid) === namespaceOf('self'); ) {
    if (Date.now() > end) throw new Error('the router made no namespace of its own');
    await pause(10);
  }
}

/** One that is left goes when its other end's namespace is cleaned up, which the kernel does in its own time. */
async function removeLink(pid: number | null, name: string): Promise<void> {
  const words = ['sh', '-c', `! ip link show dev ${name} 2>/dev/null || ip link delete ${name}`];
  await inNamespace(pid, words, '');
}

/** Runs `ip` commands in the network namespace of a process, or with null on the host; all or an error. */
async function ip(pid: number | null, commands: readonly string[]): Promise<void> {
  const batch = ['ip', '-batch', '-'];
  await inNamespace(pid, batch, `${commands.join('\n')}\n`);
}

function inNamespace(pid: number | null, words: readonly string[], input: string): Promise<void> {
  const [command = '', ...args] =
    pid === null ? words : ['nsenter', `--net=/proc/${pid}/ns/net`, '--', ...words];
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, (error, _, complaint) => {
      if (error === null) resolve();
      else reject(new Error(`cannot wire the network: ${words.join(' ')}: ${complaint.trim()}`));
    });
    // A program that ends without having read it all tells by its status.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
