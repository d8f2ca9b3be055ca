/** Does what was owed to a member that could not be reached, once it is back. */

import { proxyActivities, setHandler } from '@temporalio/workflow';
import type { HubClusterActivities } from '../activities/hub/clusters.ts';
import type { OwnedActivities } from '../activities/member-cluster/owned.ts';
import type { RegistrationActivities } from '../activities/registration/steps.ts';
import { JOIN_STEPS, type Joining, MEMBER_STEPS } from '../src/api/joining.ts';
import type { ClusterInput } from './cluster-contract.ts';
import { changed } from './contract.ts';

const hub = proxyActivities<HubClusterActivities>({ startToCloseTimeout: '15 seconds' });
/** It is back; if it goes again, the next return starts this anew. */
const member = proxyActivities<RegistrationActivities & OwnedActivities>({
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '5 minutes',
});

export async function payDebt(input: ClusterInput): Promise<string> {
  // The watcher signals with the start; there is nothing to tell a run that reads when it begins.
  setHandler(changed, () => undefined);
  const cluster = await hub.readCluster(input);
  if (cluster === null || cluster.owed.length === 0) return 'nothing owed';
  const { ip, region, zone, owed } = cluster;
  const joining: Joining = { cluster: input.name, ip, region, zone, by: null };
  // The leave that left the debt is not over: it still holds what would be taken from it here.
  if (cluster.joinStatus === 'UNJOINING') return 'leaving';
  // One that is joining again waits until this is done.
  const away = cluster.joinStatus !== 'JOIN';
  for (const debt of owed.filter(({ kind }) => kind !== 'Member')) {
    await member.removeOwnedBy(joining, debt.ownerUid);
  }
  if (away && owed.some(({ kind }) => kind === 'Member')) {
    await member.removeOwned(joining);
    for (const step of JOIN_STEPS.filter((each) => MEMBER_STEPS.includes(each)).toReversed()) {
      await member.undoJoinStep.executeWithOptions({ summary: `undo ${step}` }, [step, joining]);
    }
  }
  // Before the debts: without any, the resource may go, and then nobody looks after its token.
  if (away) await member.undoJoinStep('credentials', joining);
  await hub.clearDebts(input, cluster.uid, owed);
  return `paid ${owed.length}`;
}
