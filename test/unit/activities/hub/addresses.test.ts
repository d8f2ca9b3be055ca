import { beforeEach, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { hubClusterActivities } from '../../../../activities/hub/clusters.ts';
import type { Giving } from '../../../../src/api/addresses.ts';
import { EVENTS, NAMESPACES, OPENMCP_CLUSTERS } from '../../../../src/kubernetes/resources.ts';
import { FakeCluster } from '../registration/fake-cluster.ts';

const ref = { namespace: 'openmcp', name: 'seoul' };
const UID = 'u-seoul';
const RANGE = '198.51.100.10-198.51.100.20';
const workflow = { id: 'UnjoinCluster/seoul', runId: 'run' };

const Status = z.object({
  addresses: z.string().optional(),
  conditions: z.array(z.looseObject({ type: z.string() })).default([]),
});

let hub = new FakeCluster();
let activities = hubClusterActivities({ hub, now: () => hub.clock });
beforeEach(() => {
  hub = new FakeCluster();
  activities = hubClusterActivities({ hub, now: () => hub.clock });
  hub.put(NAMESPACES, { name: 'openmcp' });
  put({ joinStatus: 'JOIN' });
});

function put(spec: object, metadata: object = {}): void {
  hub.put(OPENMCP_CLUSTERS, { ...ref, uid: UID, ...metadata }, { spec });
}
function status() {
  const { addresses, conditions } = Status.parse(hub.at(OPENMCP_CLUSTERS, ref)?.['status'] ?? {});
  const condition = conditions.find(({ type }) => type === 'AddressesGiven');
  return { ...(addresses !== undefined && { addresses }), ...(condition && { condition }) };
}
const report = (giving: Giving, generation = 1) =>
  activities.reportAddresses(ref, UID, { generation, giving });
const failed = (reason: string): Giving => ({ kind: 'failed', reason, message: 'because' });
const events = () => hub.all(EVENTS).map(({ type, reason, count }) => ({ type, reason, count }));

describe('what is told of addresses', () => {
  it('are the addresses, and a condition about the generation that was read', async () => {
    expect(await report({ kind: 'given', addresses: RANGE }, 3)).toBe(true);

    expect(status()).toMatchObject({
      addresses: RANGE,
      condition: {
        status: 'True',
        reason: 'Given',
        message: expect.stringContaining(RANGE),
        observedGeneration: 3,
      },
    });
  });

  it.each(['Rejected', 'Unreachable'])(
    'stays what was given when another is %s',
    async (reason) => {
      await report({ kind: 'given', addresses: RANGE });

      await report(failed(reason), 2);

      expect(status()).toMatchObject({
        addresses: RANGE,
        condition: { status: 'False', reason, message: 'because', observedGeneration: 2 },
      });
    },
  );

  it('is none where MetalLB is gone', async () => {
    await report({ kind: 'given', addresses: RANGE });

    await report(failed('NoMetalLB'), 2);

    expect(status()).toMatchObject({ condition: { reason: 'NoMetalLB' } });
    expect(status()).not.toHaveProperty('addresses');
  });

  it('is nothing where none are asked for', async () => {
    await report({ kind: 'given', addresses: RANGE });

    await report({ kind: 'none' }, 2);

    expect(status()).toEqual({});
  });

  it('is an Event when it is new', async () => {
    await report(failed('Unreachable'));
    await report(failed('Unreachable'));
    await report({ kind: 'given', addresses: RANGE });

    expect(events()).toEqual([
      { type: 'Warning', reason: 'Unreachable', count: 1 },
      { type: 'Normal', reason: 'Given', count: 1 },
    ]);
  });
});

describe('one that is no member any more', () => {
  it.each([
    ['leaves', { joinStatus: 'UNJOINING' }, {}],
    ['is deleted', { joinStatus: 'JOIN' }, { deletionTimestamp: 'now' }],
    ['was made again', { joinStatus: 'JOIN' }, { uid: 'another' }],
  ])('is told nothing: it %s', async (_, spec, metadata) => {
    put(spec, metadata);

    expect(await report({ kind: 'given', addresses: RANGE })).toBe(false);

    expect(status()).toEqual({});
  });

  it('is told nothing when it is gone', async () => {
    await hub.delete(OPENMCP_CLUSTERS, ref);

    expect(await report({ kind: 'given', addresses: RANGE })).toBe(false);
  });

  it.each<[string, () => Promise<void>]>([
    ['has left', () => activities.finishUnjoin(ref, UID, { owed: false, workflow })],
    ['has left by force', () => activities.finishUnjoin(ref, UID, { owed: true, workflow })],
    [
      'could not join',
      () =>
        activities.failJoin(ref, UID, { reason: 'Forbidden', message: 'no', stayed: [], workflow }),
    ],
  ])('has none when it %s, so that a later join gives them again', async (_, end) => {
    await report({ kind: 'given', addresses: RANGE });

    await end();

    expect(status()).toEqual({});
    expect(hub.at(OPENMCP_CLUSTERS, ref)).toMatchObject({
      spec: { joinStatus: 'UNJOIN' },
      status: { conditions: [{ type: 'Joined', status: 'False' }] },
    });
  });
});
