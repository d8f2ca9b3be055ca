/**
 * Gives a member the addresses that its spec asks for (`spec.metalLBRange`), or takes them back.
 *
 * The controller starts this whenever the two differ, so a join need not do it, and a run that
 * fails is only told. A leave takes the addresses itself.
 */

import { proxyActivities, setHandler } from '@temporalio/workflow';
import type { HubClusterActivities } from '../activities/hub/clusters.ts';
import type { RegistrationActivities } from '../activities/registration/steps.ts';
import { ASK_AGAIN, type Giving } from '../src/api/addresses.ts';
import { isMember, type Joining } from '../src/api/joining.ts';
import type { ClusterInput } from './cluster-contract.ts';
import { changed } from './contract.ts';
import { problemOf } from './lib/resource.ts';

const hub = proxyActivities<HubClusterActivities>({ startToCloseTimeout: '15 seconds' });
/** Told soon where the member does not answer; the controller asks again. */
const member = proxyActivities<RegistrationActivities>({
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '1 minute',
  retry: { maximumInterval: '5 seconds' },
});

export async function giveAddresses(input: ClusterInput): Promise<string> {
  const told = { edited: true };
  setHandler(changed, () => {
    told.edited = true;
  });
  let end = '';
  while (told.edited) {
    // Cleared before reading: a leave and a join meanwhile, or an edit, cause another look.
    told.edited = false;
    end = await giveOnce(input);
  }
  return end;
}

async function giveOnce(input: ClusterInput): Promise<string> {
  const cluster = await hub.readCluster(input);
  if (cluster === null || !isMember(cluster)) return 'no member';
  const { uid, generation, ip, region, zone, addresses } = cluster;
  const joining: Joining = { cluster: input.name, ip, region, zone, by: null };
  const giving = await applied(joining, addresses);
  if (await hub.reportAddresses(input, uid, { generation, giving })) return wordsFor(giving);
  // Its leave may have cleaned the member before this came there.
  return `no member any more: ${wordsFor(await applied(joining, null))}`;
}

async function applied(joining: Joining, addresses: string | null): Promise<Giving> {
  try {
    return await member.applyAddresses(joining, addresses);
  } catch (error) {
    const { code, message } = problemOf(error);
    if (code === 'Rejected' && addresses !== null)
      return { kind: 'failed', reason: code, message: `${message}; ${ASK_AGAIN}` };
    // Without a code it did not answer in time.
    const reason = code === null || code === 'Unavailable' ? 'Unreachable' : code;
    return { kind: 'failed', reason, message };
  }
}

function wordsFor(giving: Giving): string {
  if (giving.kind === 'given') return `given ${giving.addresses}`;
  return giving.kind === 'none' ? 'none' : `failed: ${giving.message}`;
}
