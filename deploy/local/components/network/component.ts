/** The router of a fleet of real nodes, and the way from the nodes to what listens on the host. */

import type { Build, Context, Process } from '../../component.ts';
import { portOpen } from '../../ready.ts';
import { API_PORT, type ClusterPlace, serviceAddress } from '../../settings.ts';
import { NFS_PORT, nfsClientAddress } from '../nfs/volumes.ts';
import type { InnerPlace } from './addresses.ts';
import type { Wiring } from './wiring.ts';

export const NETWORK = 'network';

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

export function network(
  { settings, built }: Context,
  members: readonly Linked[],
  wiring: Wiring,
): Process {
  const nfs = `${serviceAddress(settings)}:${NFS_PORT},from=${nfsClientAddress(settings)}`;
  const forwards = members.flatMap(({ place, inner }) => [
    ...['--forward', `${inner.api}:${API_PORT}=${place.address}:${API_PORT}`],
    ...['--forward', `${inner.api}:${NFS_PORT}=${nfs}`],
  ]);
  const [first] = members;
  return {
    name: NETWORK,
    command: built.program('network', 'network'),
    args: forwards,
    listens: [],
    started: (pid) => wiring.router(pid),
    ready: async () => {
      if (first !== undefined) await portOpen(first.inner.api, API_PORT);
    },
    stopSeconds: 3,
  };
}
