/** All real nodes of a fleet, and their network. */

import type { Context, Process } from '../../component.ts';
import { memberPlaces } from '../../settings.ts';
import type { Supervisor } from '../../supervisor.ts';
import { contour, envoy } from '../contour/processes.ts';
import { NETWORK, network } from '../network/component.ts';
import { Wiring } from '../network/wiring.ts';
import { volumesFolder } from '../nfs/volumes.ts';
import { machines } from './machine.ts';
import { RealNode } from './node.ts';
import { containerd, kubelet, machine, proxy } from './programs.ts';

export class FleetNodes {
  readonly #context: Context;
  readonly #supervisor: Supervisor;
  readonly #wiring: Wiring;
  readonly #router: Process;
  readonly #nodes: readonly RealNode[];
  readonly #images: readonly string[];

  /** `images`: archives that every node gets. */
  constructor(context: Context, supervisor: Supervisor, images: readonly string[]) {
    const { block, state } = context.settings;
    const members = memberPlaces(context.settings).flatMap((place) =>
      place.inner === null ? [] : [{ place, inner: place.inner }],
    );
    if (block === null) throw new Error('real nodes need a network');
    const inners = members.map(({ inner }) => inner);
    this.#context = context;
    this.#supervisor = supervisor;
    this.#wiring = new Wiring({ block, state }, inners, machines(context.pidOf, NETWORK));
    this.#router = network(context, members, this.#wiring);
    this.#nodes = members.flatMap(({ place, inner }) =>
      inner.nodes.map((node) => new RealNode(context, place, inner, node)),
    );
    this.#images = images;
  }

  /** All that needs no API server: namespaces, links, containerd with its images. */
  async startMachines(): Promise<void> {
    const supervisor = this.#supervisor;
    const volumes = volumesFolder(this.#context.settings);
    await supervisor.start(this.#router);
    await Promise.all(
      this.#nodes.map(async (node) => {
        await supervisor.start(machine(node, volumes, () => this.#wiring.node(node.node)));
        await supervisor.start(containerd(node));
        await node.importImages(this.#images);
      }),
    );
  }

  /** The nodes of a member whose API server serves, and once it is prepared, what runs on the first of them. */
  async startNodes(member: string, prepared: Promise<void>): Promise<void> {
    const nodes = this.#nodes.filter(({ place }) => place.name === member);
    const start = (process: Process) => this.#supervisor.start(process);
    await Promise.all(nodes.flatMap((node) => [start(kubelet(node)), start(proxy(node))]));
    await prepared;
    const [first] = nodes;
    if (first !== undefined) await Promise.all([start(contour(first)), start(envoy(first))]);
  }
}
