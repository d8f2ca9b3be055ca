/** The registry of members, as the sagas use it. */

import { ErrorCode, OpenMcpError } from '../../src/api/errors.ts';
import { type KubeClient, kubeClient } from '../../src/kubernetes/client.ts';
import { credentialsFromKubeconfig } from '../../src/kubernetes/kubeconfig.ts';
import type { Registry } from '../../src/nfs/registry.ts';

export interface RegisteredMembers {
  /** A client by the kubeconfig that was registered for the member. The caller closes it. */
  connect(ip: string): Promise<KubeClient>;
  /** Moves its folder; already there is success. */
  moveMember(ip: string, to: 'join' | 'unjoin'): Promise<void>;
}

export function memberConnector(registry: Registry, openmcpIp: string): RegisteredMembers {
  return {
    async connect(ip) {
      const member = await registry.findMember(openmcpIp, ip);
      if (member === null) {
        throw new OpenMcpError(
          ErrorCode.NotFound,
          `cannot reach ${ip}: no kubeconfig is registered for it`,
        );
      }
      const source = `the kubeconfig registered for ${ip}`;
      return kubeClient(credentialsFromKubeconfig(member.kubeconfig, { source }));
    },
    moveMember: (ip, to) => registry.moveMember(openmcpIp, ip, to),
  };
}
