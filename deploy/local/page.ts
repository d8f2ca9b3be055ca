/** The one page that a started fleet prints: where things are, and what to type next. */

import { join, relative } from 'node:path';
import { nfsUrl } from './components/nfs/component.ts';
import { mountsNfs } from './components/nfs/volumes.ts';
import { temporalAddress, temporalUi } from './components/temporal/component.ts';
import { serverOf } from './kubeconfig.ts';
import { hubPlace, memberPlaces, type Settings } from './settings.ts';

/** `simulatedBecause`: why nodes are simulated though nobody asked for it. */
export function page(settings: Settings, seconds: number, simulatedBecause: string | null): string {
  const short = (file: string) => relative(process.cwd(), file) || file;
  const state = short(settings.state);
  const clusters = [hubPlace(settings), ...memberPlaces(settings)].map((place) => {
    const where = place.region === '' ? 'hub' : `${place.region}/${place.zone}`;
    // Given by whoever joins the member.
    const range = settings.openmcp ? place.inner?.loadBalancers : undefined;
    const services = range === undefined ? '' : `  Services ${range.from}-${range.to}`;
    return `  ${place.name.padEnd(10)} ${serverOf(place).padEnd(26)} ${where}${services}`;
  });
  return `
OpenMCP is up after ${seconds.toFixed(0)} s. ${nodesOf(settings, simulatedBecause)}

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
${settings.realNodes > 0 ? '  curl http://$(kubectl get pods -n openmcp --context cluster1 -o jsonpath={.items[0].status.podIP})\n' : ''}
Ctrl-C stops the fleet and keeps its data; npm start -- --reset begins anew.
`;
}

function nodesOf(settings: Settings, simulatedBecause: string | null): string {
  const { realNodes, kwokNodes } = settings;
  const simulated = 'simulated (KWOK): pods become Ready, no bytes flow';
  if (realNodes === 0) {
    const because =
      simulatedBecause === null ? '' : `; real ones are not to be had: ${simulatedBecause}`;
    return `Nodes are ${simulated}${because}.`;
  }
  const beside = kwokNodes === 0 ? '' : `; ${kwokNodes} more in each member are ${simulated}`;
  const nfs = mountsNfs(settings)
    ? ''
    : '\nThis kernel mounts no NFS: volumes of the class nfs are the same folders, bound into the nodes.';
  return `Nodes are real: pods are processes in containers${beside}.${nfs}`;
}
