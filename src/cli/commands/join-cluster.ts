import { ErrorCode, OpenMcpError } from '../../api/errors.ts';
import { API_VERSION, OPENMCP_NAMESPACE } from '../../api/meta.ts';
import { memberState } from '../../fleet/member-state.ts';
import type { KubeClient } from '../../kubernetes/client.ts';
import { OPENMCP_CLUSTERS } from '../../kubernetes/resources.ts';
import { follow } from '../follow.ts';
import { withHub } from '../hub.ts';
import { registeredCluster } from '../registered-cluster.ts';
import type { Run } from '../surroundings.ts';

export interface JoinOptions {
  readonly ip: string;
  readonly region?: string;
  readonly zone?: string;
  /** First and last address for its Services of type LoadBalancer. */
  readonly lbRange?: readonly [string, string];
}

/** Asks for the join by the OpenMCPCluster, as kubectl would, and follows it. */
export async function joinCluster(run: Run, options: JoinOptions): Promise<void> {
  const { settings, output } = run;
  const cluster = await registeredCluster(settings, options.ip, 'join');
  await withHub(run, async (hub) => {
    await ask(hub, cluster, options);
    const workflow = `JoinCluster/${cluster}`;
    await follow(hub, { cluster, from: 'JOINING', to: 'JOIN', workflow }, run);
  });
  if (settings.json) output.json({ joined: cluster, ip: options.ip });
  else
    output.line(
      `Success Join '${cluster}' (${options.ip}) to OpenMCP Master: ${settings.openmcpIp()}`,
    );
}

async function ask(hub: KubeClient, name: string, options: JoinOptions): Promise<void> {
  const { ip, region, zone, lbRange } = options;
  const ref = { namespace: OPENMCP_NAMESPACE, name };
  const nodeInfo = { ...(region !== undefined && { region }), ...(zone !== undefined && { zone }) };
  const spec = {
    serverIP: ip,
    joinStatus: 'JOINING',
    ...(Object.keys(nodeInfo).length > 0 && { nodeInfo }),
    ...(lbRange !== undefined && {
      metalLBRange: { addressFrom: lbRange[0], addressTo: lbRange[1] },
    }),
  };
  const found = await hub.read(OPENMCP_CLUSTERS, ref);
  if (found === null) {
    const object = { apiVersion: API_VERSION, kind: OPENMCP_CLUSTERS.kind, metadata: ref, spec };
    await hub.create(OPENMCP_CLUSTERS, object);
    return;
  }
  const { joinStatus } = memberState(found);
  // A join that is under way is followed.
  if (joinStatus === 'JOINING') return;
  if (joinStatus !== 'UNJOIN') {
    throw new OpenMcpError(
      ErrorCode.Conflict,
      `cannot join ${name}: spec.joinStatus of its OpenMCPCluster is ${joinStatus}; let it leave first (openmcp unjoin cluster)`,
    );
  }
  await hub.patch(OPENMCP_CLUSTERS, ref, { spec }, { type: 'merge' });
}
