/** All real nodes of a fleet, and their network. */

import type { Context, Process } from '../../component.ts';
import { memberPlaces } from '../../settings.ts';
import type { Supervisor } from '../../supervisor.ts';
import { Wiring } from '../network/component.ts';
import { volumesFolder } from '../nfs/volumes.ts';
import { NodeProcesses, type RealNode } from './component.ts';

export class RealNodes {
  readonly #context: Context;
  readonly #supervisor: Supervisor;
  readonly #wiring: Wiring;
  readonly #nodes: readonly { readonly of: RealNode; readonly processes: NodeProcesses }[];
  readonly #images: readonly string[];

  /** `images`: archives that every node gets. */
  constructor(context: Context, supervisor: Supervisor, images: readonly string[]) {
    const { settings } = context;
    const members = memberPlaces(settings).flatMap((place) =>
      place.inner === null ? [] : [{ place, inner: place.inner }],
    );
    if (settings.block === null) throw new Error('real nodes need a network');
    this.#context = context;
    this.#supervisor = supervisor;
    this.#wiring = new Wiring(settings.block, members, context.pidOf);
    this.#nodes = members
      .flatMap(({ place, inner }) => inner.nodes.map((node) => ({ place, inner, node })))
      .map((of) => ({ of, processes: new NodeProcesses(context, of) }));
    this.#images = images;
  }

  /** All that needs no API server: namespaces, links, containerd with its images. */
  async startMachines(): Promise<void> {
    const supervisor = this.#supervisor;
    await supervisor.start(this.#wiring.router(this.#context));
    await Promise.all(
      this.#nodes.map(async ({ of, processes }) => {
        const volumes = volumesFolder(this.#context.settings);
        await supervisor.start(processes.machine(volumes, () => this.#wiring.link(of.node)));
        await supervisor.start(processes.containerd());
        await processes.importImages(this.#images);
      }),
    );
  }

  /** The nodes of a member whose API server serves, and once it is prepared, what runs on the first of them. */
  async startNodes(member: string, prepared: Promise<void>): Promise<void> {
    const nodes = this.#nodes.filter(({ of }) => of.place.name === member);
    const start = (process: Process) => this.#supervisor.start(process);
    await Promise.all(
      nodes.flatMap(({ processes }) => [start(processes.kubelet()), start(processes.proxy())]),
    );
    await prepared;
    const [first] = nodes;
    if (first !== undefined)
      await Promise.all([start(first.processes.contour()), start(first.processes.envoy())]);
  }
}
