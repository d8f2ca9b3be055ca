/** Which cluster an address means. */

import { ErrorCode, OpenMcpError } from '../api/errors.ts';
import { ClusterName } from '../api/meta.ts';
import { rejected } from './errors.ts';
import { withRegistry } from './registry.ts';
import type { Settings } from './settings.ts';

const REFUSALS = {
  join: 'it is joined already, or has not left yet; openmcp unjoin list has those that can be joined. To call a leave off, set spec.joinStatus of its OpenMCPCluster to JOIN',
  unjoin: 'it is not joined; openmcp join list has those that are',
} as const;

/** The name of the cluster registered as `ip`; refuses what is on that side already. */
export async function registeredCluster(
  settings: Settings,
  ip: string,
  to: 'join' | 'unjoin',
): Promise<ClusterName> {
  const member = await withRegistry(settings, (registry) =>
    registry.findMember(settings.openmcpIp(), ip),
  );
  if (member === null) {
    throw new OpenMcpError(
      ErrorCode.NotFound,
      `cannot ${to} ${ip}: it is not in the registry of ${settings.openmcpIp()}; run openmcp register member --ip ${settings.openmcpIp()} with its kubeconfig`,
    );
  }
  if (member.membership === to) {
    throw new OpenMcpError(ErrorCode.Conflict, `cannot ${to} ${ip}: ${REFUSALS[to]}`);
  }
  const name = ClusterName.safeParse(member.clusterName);
  if (name.success) return name.data;
  throw rejected(
    `cannot ${to} ${ip}: the kubeconfig registered for it names no cluster that an OpenMCPCluster can be called by; register it anew`,
  );
}
