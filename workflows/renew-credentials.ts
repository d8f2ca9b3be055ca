/** Gives a member's credentials a new token before the old one ends. */

import { proxyActivities, setHandler } from '@temporalio/workflow';
import type { HubClusterActivities } from '../activities/hub/clusters.ts';
import type { RegistrationActivities } from '../activities/registration/steps.ts';
import type { ClusterInput } from './cluster-contract.ts';
import { changed } from './contract.ts';
import { problemOf } from './lib/resource.ts';

const hub = proxyActivities<HubClusterActivities>({ startToCloseTimeout: '15 seconds' });
/** The controller starts this again as long as the token is old, so a run need not last. */
const member = proxyActivities<RegistrationActivities>({
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '5 minutes',
});

export async function renewCredentials(input: ClusterInput): Promise<string> {
  setHandler(changed, () => undefined);
  const cluster = await hub.readCluster(input);
  if (cluster === null || cluster.joinStatus === 'UNJOIN') return 'nothing to renew';
  const { ip, region, zone } = cluster;
  try {
    const expiresAt = await member.renewToken({ cluster: input.name, ip, region, zone, by: null });
    await hub.reportCredentials(input, cluster.uid, { expiresAt, problem: null });
    return `renewed until ${expiresAt}`;
  } catch (error) {
    const { message } = problemOf(error);
    await hub.reportCredentials(input, cluster.uid, { expiresAt: null, problem: message });
    return `failed: ${message}`;
  }
}
