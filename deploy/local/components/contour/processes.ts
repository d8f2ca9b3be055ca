/** Contour and Envoy, in the network of a member's first node. */

import type { Process } from '../../component.ts';
import { HOME } from '../node/configs.ts';
import type { RealNode } from '../node/node.ts';
import { bootstrapArgs, CONTOUR_PORT, contourArgs, ENVOY_PORT, envoyArgs } from './component.ts';

const XDS_PORT = 8001;
const FOLDER = `${HOME}/envoy`;

/** Its CRDs must be there. */
export function contour(node: RealNode): Process {
  return {
    ...node.inside('contour', node.context.built.program('contour', 'contour')),
    args: contourArgs({ kubeconfig: node.kubeconfig('contour', 'admin'), xdsPort: XDS_PORT }),
    ready: () => node.reaches(CONTOUR_PORT),
  };
}

export function envoy(node: RealNode): Process {
  const { built } = node.context;
  const bootstrap = bootstrapArgs({ folder: FOLDER, xdsPort: XDS_PORT }).join(' ');
  const prepare = `mkdir -p ${FOLDER} && "${built.program('contour', 'contour')}" ${bootstrap}`;
  return {
    ...node.inside('envoy', 'sh'),
    args: [
      ...['-c', `${prepare} && exec "$0" "$@"`, built.program('envoy', 'envoy')],
      ...envoyArgs({ folder: FOLDER, node: node.node.name }),
    ],
    // Contour tells it to listen there.
    ready: () => node.reaches(ENVOY_PORT),
  };
}
