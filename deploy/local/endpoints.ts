/** `endpoints.json`: where everything of a fleet is, for tools and tests. Written when all is ready. */

import { renameSync, writeFileSync } from 'node:fs';
import { exportFolder, nfsUrl } from './components/nfs/component.ts';
import { NAMESPACE, temporalAddress, temporalUi } from './components/temporal/component.ts';
import { serverOf } from './kubeconfig.ts';
import { hubPlace, memberPlaces, paths, type Settings } from './settings.ts';

export function endpointsOf(settings: Settings, pids: Readonly<Record<string, number>>) {
  const places = [hubPlace(settings), ...memberPlaces(settings)];
  return {
    nodes: settings.realNodes > 0 ? 'real' : 'kwok',
    temporal: {
      address: temporalAddress(settings),
      namespace: NAMESPACE,
      ui: temporalUi(settings),
    },
    clusters: Object.fromEntries(
      places.map((place) => [
        place.name,
        {
          kubeconfig: paths.kubeconfig(settings, place.name),
          ip: place.address,
          server: serverOf(place),
        },
      ]),
    ),
    nfs: { url: nfsUrl(settings), exportDir: exportFolder(settings) },
    pids,
    control: paths.control(settings.state),
    subnet: settings.subnet,
  };
}

export function writeEndpoints(settings: Settings, pids: Readonly<Record<string, number>>): void {
  const file = paths.endpoints(settings.state);
  writeFileSync(`${file}.tmp`, `${JSON.stringify(endpointsOf(settings, pids), null, 2)}\n`);
  renameSync(`${file}.tmp`, file);
}
