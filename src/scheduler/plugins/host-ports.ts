/** A node gives each host port once: to one pod already there, or to one replica. */

import type { HostPort } from '../../api/workload.ts';
import type { NodeFilter } from '../framework.ts';

export const hostPorts: NodeFilter = {
  fits: (pod, node) => {
    if (pod.hostPorts.length === 0) return Number.POSITIVE_INFINITY;
    const taken = pod.hostPorts.some((port) => node.hostPorts.some((used) => clash(port, used)));
    return taken ? 0 : 1;
  },
  wanted: (pod) => {
    const ports = pod.hostPorts.map(({ port, protocol }) => `${port}/${protocol}`);
    return `has host port ${ports.join(', ')} free`;
  },
};

/** An address of all zeros, or none, means every address of the node. */
function clash(a: HostPort, b: HostPort): boolean {
  if (a.port !== b.port || a.protocol !== b.protocol) return false;
  return a.hostIp === b.hostIp || isAny(a.hostIp) || isAny(b.hostIp);
}

function isAny(address: string): boolean {
  return address === '' || address === '0.0.0.0' || address === '::';
}
