import { ErrorCode, OpenMcpError } from '../../api/errors.ts';
import { OPENMCP_NAMESPACE } from '../../api/meta.ts';
import { OPENMCP_CLUSTERS } from '../../kubernetes/resources.ts';
import { follow } from '../follow.ts';
import { withHub } from '../hub.ts';
import { registeredCluster } from '../registered-cluster.ts';
import type { Run } from '../surroundings.ts';

/** Asks for the leave by the OpenMCPCluster, as kubectl would, and follows it. */
export async function unjoinCluster(
  run: Run,
  options: { readonly ip: string; readonly remove?: boolean; readonly force?: boolean },
): Promise<void> {
  const { settings, output } = run;
  const cluster = await registeredCluster(settings, options.ip, 'unjoin');
  await withHub(run, async (hub) => {
    const ref = { namespace: OPENMCP_NAMESPACE, name: cluster };
    if ((await hub.read(OPENMCP_CLUSTERS, ref)) === null) {
      throw new OpenMcpError(
        ErrorCode.NotFound,
        `cannot unjoin ${cluster}: the hub has no OpenMCPCluster of that name`,
      );
    }
    const spec = {
      joinStatus: 'UNJOINING',
      unjoinPolicy: options.remove === true ? 'Remove' : 'Relocate',
      force: options.force === true,
    };
    await hub.patch(OPENMCP_CLUSTERS, ref, { spec }, { type: 'merge' });
    const workflow = `UnjoinCluster/${cluster}`;
    await follow(hub, { cluster, from: 'UNJOINING', to: 'UNJOIN', workflow }, run);
  });
  if (settings.json) output.json({ left: cluster, ip: options.ip });
  else
    output.line(
      `Success Unjoin '${cluster}' (${options.ip}) from OpenMCP Master: ${settings.openmcpIp()}`,
    );
}
