import { expect, it } from '@jest/globals';
import { planOf } from '../../../activities/decisions/deployment-plan.ts';
import { ClusterName } from '../../../src/api/meta.ts';
import type { DeploymentReading } from '../../../src/api/reading.ts';
import { reportOf } from '../../../workflows/lib/deployment-report.ts';

const reading: DeploymentReading = {
  uid: 'uid-1',
  generation: 2,
  held: true,
  claimed: {},
  known: {},
  ready: {},
  readyGenerations: {},
  conditions: [],
};
const share = (name: string, replicas: number) => ({ cluster: ClusterName.parse(name), replicas });
const workflow = { id: 'w', runId: 'r' };

function messageOf(shares: ReturnType<typeof share>[], unknown?: readonly string[]) {
  const plan = planOf(reading, {
    kind: 'placed',
    shares,
    verdicts: [],
    ...(unknown !== undefined && { unknown }),
  });
  const { conditions } = reportOf({ reading, plan, outcomes: {}, vacated: [], workflow });
  return conditions.find(({ type }) => type === 'Placed')?.message;
}

it.each([
  [
    'clusters with replicas',
    messageOf([share('busan', 2), share('seoul', 1)]),
    'busan: 2, seoul: 1',
  ],
  ['that none are wanted', messageOf([]), 'no replicas wanted'],
  [
    'a name that is no cluster of the fleet, and where it stands',
    messageOf([share('busan', 2)], ['spec.clusters: nope']),
    'busan: 2; the fleet has no cluster as named in spec.clusters: nope',
  ],
])('says of a placement %s', (_, message, expected) => {
  expect(message).toBe(expected);
});
