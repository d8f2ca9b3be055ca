import type { Membership } from '../../nfs/registry.ts';
import { table } from '../output.ts';
import { withRegistry } from '../registry.ts';
import type { Run } from '../surroundings.ts';

const TITLES = { join: 'Join', unjoin: 'UnJoin' } as const;

/** The joined clusters, or those that are registered and not joined. */
export async function listMembers(
  { settings, output }: Run,
  membership: Membership,
): Promise<void> {
  const hub = settings.openmcpIp();
  const members = await withRegistry(settings, (registry) => registry.listMembers(hub, membership));
  if (settings.json) return output.json(members);
  output.line(`OpenMCP '${hub}' Current ${TITLES[membership]} List`);
  const rows = members.map(({ clusterName, ip }, index) => [
    `${index + 1}.`,
    clusterName ?? '(unreadable kubeconfig)',
    ip,
  ]);
  for (const line of table(['#', 'Cluster Name', 'IP'], rows)) output.line(line);
}
