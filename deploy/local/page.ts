/** The one page that a started fleet prints: where things are, and what to type next. */

import { join, relative } from 'node:path';
import { nfsUrl } from './components/nfs/component.ts';
import { temporalAddress, temporalUi } from './components/temporal/component.ts';
import { serverOf } from './kubeconfig.ts';
import { hubPlace, memberPlaces, type Settings } from './settings.ts';

export function page(settings: Settings, seconds: number): string {
  const short = (file: string) => relative(process.cwd(), file) || file;
  const state = short(settings.state);
  const clusters = [hubPlace(settings), ...memberPlaces(settings)].map((place) => {
    const where = place.region === '' ? 'hub' : `${place.region}/${place.zone}`;
    return `  ${place.name.padEnd(10)} ${serverOf(place).padEnd(26)} ${where}`;
  });
  return `
OpenMCP is up after ${seconds.toFixed(0)} s. Nodes are simulated (KWOK): pods become Ready, no bytes flow.

${clusters.join('\n')}
  temporal   ${temporalAddress(settings).padEnd(26)} ${temporalUi(settings)}
  registry   ${nfsUrl(settings)}

  credentials  ${join(state, 'kubeconfig')} (contexts: the names above)
  logs         ${join(state, 'logs')}/
  for tools    ${join(state, 'endpoints.json')}

Next, in another terminal:

  export KUBECONFIG=$PWD/${join(state, 'kubeconfig')} PATH=$PWD/${join(state, 'bin')}:$PATH
  kubectl get openmcpclusters -n openmcp
  kubectl create -f sample/openmcpdeployment/.
  kubectl get openmcpdeployment -n openmcp -o wide
  kubectl get deploy -n openmcp --context cluster1

Ctrl-C stops the fleet and keeps its data; npm start -- --reset begins anew.
`;
}
