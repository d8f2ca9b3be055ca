import { type Membership, Registry } from '../../nfs/registry.ts';
import { table } from '../output.ts';
import type { Run } from '../program.ts';

/** The joined clusters, or those that are registered and not joined. */
export async function listMembers(
  { settings, output }: Run,
  membership: Membership,
): Promise<void> {
  const registry = Registry.open(settings.registry());
  try {
    const members = await registry.listMembers(settings.openmcpIp(), membership);
    if (settings.json) return output.json(members);
    const rows = members.map(({ clusterName, ip }, index) => [String(index + 1), clusterName, ip]);
    for (const line of table(['#', 'Cluster Name', 'IP'], rows)) output.line(line);
  } finally {
    await registry.close();
  }
}
