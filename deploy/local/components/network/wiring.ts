/**
 * Links, addresses and routes between the host, the router and the nodes of a fleet.
 *
 * Either end of a link may be made anew at any time, and takes the link along; so whoever comes is wired to
 * what is there, and what is there is wired to whoever comes. All goes with the processes.
 */

import * as z from 'zod';
import { isInside, type Machine } from '../node/machine.ts';
import { type InnerPlace, linkOf, type NodePlace } from './addresses.ts';
import { inNetwork, ip, ipBatch, untilOwnNetwork } from './namespace.ts';

const Links = z.array(z.object({ ifalias: z.string().optional() }));

export class Wiring {
  readonly #fleet: { readonly block: number; readonly state: string };
  readonly #members: readonly InnerPlace[];
  readonly #machines: Machine;
  /** One change after the other: the router may be made anew while a node comes. */
  #last: Promise<void> = Promise.resolve();

  /** `machines` tells of the processes whose namespaces are wired. */
  constructor(
    fleet: { readonly block: number; readonly state: string },
    members: readonly InnerPlace[],
    machines: Machine,
  ) {
    this.#fleet = fleet;
    this.#members = members;
    this.#machines = machines;
  }

  /** The router is there, with none of its links. */
  router(pid: number): Promise<void> {
    return this.#inTurn(async () => {
      await untilOwnNetwork(pid);
      await this.#linkHost(pid);
      for (const { api, nodes } of this.#members) {
        for (const node of nodes) await this.#linkNode(pid, api, node);
      }
    });
  }

  /** A node is there, without its link. */
  node(node: NodePlace): Promise<void> {
    return this.#inTurn(async () => {
      const router = this.#machines.router();
      // Else the router links it when it comes.
      if (router === null) return;
      const member = this.#members.find(({ nodes }) =>
        nodes.some(({ name }) => name === node.name),
      );
      try {
        await untilOwnNetwork(router);
        await this.#linkNode(router, member?.api ?? '', node);
      } catch (error) {
        if (this.#machines.router() === router) throw error;
      }
    });
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(act);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #linkHost(pid: number): Promise<void> {
    const { block, state } = this.#fleet;
    const { name, range, host, router } = linkOf(block);
    const owner = await ownerOf(block);
    if (owner !== null && owner !== state)
      throw new Error(`link ${name} is that of the fleet in ${owner}, which runs`);
    await removeLink(null, name);
    await ipBatch(null, [
      `link add ${name} type veth peer name host netns ${pid}`,
      `link set ${name} alias ${state}`,
      `address add ${host}/30 dev ${name}`,
      `link set ${name} up`,
      `route add ${range} via ${router}`,
    ]);
    await ipBatch(pid, [
      'link set lo up',
      `address add ${router}/30 dev host`,
      'link set host up',
      ...this.#members.map(({ api }) => `address add ${api}/32 dev lo`),
    ]);
    await inNetwork(pid, ['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward'], '');
  }

  async #linkNode(router: number, api: string, { name, address, pods }: NodePlace): Promise<void> {
    const pid = this.#machines.first(name);
    if (pid === null) return;
    // Those of Linux have at most 15 characters.
    const link = `n${address.split('.').slice(2).join('-')}`;
    try {
      await removeLink(router, link);
      await removeLink(pid, 'eth0');
      await ipBatch(router, [
        `link add ${link} type veth peer name eth0 netns ${pid}`,
        `link set ${link} up`,
        `address add ${api}/32 dev ${link}`,
        `route add ${address}/32 dev ${link}`,
        `route add ${pods} via ${address}`,
      ]);
      await ipBatch(pid, [
        'link set lo up',
        `address add ${address}/32 dev eth0`,
        'link set eth0 up',
        `route add ${api}/32 dev eth0`,
        `route add default via ${api}`,
      ]);
    } catch (error) {
      // It went meanwhile, and is linked when it comes back.
      if (this.#machines.first(name) === pid && isInside(pid)) throw error;
    }
  }
}

/** The state folder of the fleet that has the block now; null when no link of it is there. */
export async function ownerOf(block: number): Promise<string | null> {
  const { name } = linkOf(block);
  try {
    const [link] = Links.parse(JSON.parse(await ip(null, ['-json', 'link', 'show', 'dev', name])));
    return link?.ifalias ?? '';
  } catch {
    // There is none.
    return null;
  }
}

/** One that is left goes when its other end's namespace is cleaned up, which the kernel does in its own time. */
async function removeLink(pid: number | null, name: string): Promise<void> {
  const script = `! ip link show dev ${name} 2>/dev/null || ip link delete ${name}`;
  await inNetwork(pid, ['sh', '-c', script], '');
}
