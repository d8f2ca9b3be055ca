import { describe, expect, it } from '@jest/globals';
import { IP_ADDRESS_POOLS, L2_ADVERTISEMENTS } from '../../../../src/kubernetes/resources.ts';
import { JOINED_BY, joiningBy, joiningWorld } from './joining-world.ts';

const POOL = { namespace: 'metallb-system', name: 'openmcp' };
const RANGE = '198.51.100.10-198.51.100.20';
const OTHER = '198.51.100.10-198.51.100.30';

function world() {
  const { member, activities } = joiningWorld();
  return {
    member,
    pool: () => member.at(IP_ADDRESS_POOLS, POOL),
    apply: (addresses: string | null) => activities.applyAddresses(joiningBy(null), addresses),
    join: () => activities.takeJoinStep('modules', joiningBy('run')),
    undoJoin: () => activities.undoJoinStep('modules', joiningBy('run')),
    leave: () => activities.undoJoinStep('modules', joiningBy(null)),
  };
}

describe('the addresses of a member', () => {
  it('are its range, as a pool of MetalLB that is announced', async () => {
    const { member, pool, apply } = world();

    expect(await apply(RANGE)).toEqual({ kind: 'given', addresses: RANGE });

    expect(pool()).toMatchObject({
      apiVersion: 'metallb.io/v1beta1',
      metadata: { annotations: { [JOINED_BY]: 'give-addresses' } },
      spec: { addresses: [RANGE] },
    });
    expect(member.at(L2_ADVERTISEMENTS, POOL)).toMatchObject({
      spec: { ipAddressPools: ['openmcp'] },
    });
  });

  it('follow another range', async () => {
    const { pool, apply } = world();
    await apply(RANGE);

    await apply(OTHER);

    expect(pool()).toMatchObject({ spec: { addresses: [OTHER] } });
  });

  it('are taken in hand where a join of former days made the pool', async () => {
    const { member, pool, apply } = world();
    member.put(
      IP_ADDRESS_POOLS,
      { ...POOL, annotations: { [JOINED_BY]: 'former' } },
      { spec: { addresses: [RANGE] } },
    );

    await apply(OTHER);

    expect(pool()).toMatchObject({
      metadata: { annotations: { [JOINED_BY]: 'former' } },
      spec: { addresses: [OTHER] },
    });
  });

  it('go when there is no range any more', async () => {
    const { member, pool, apply } = world();
    await apply(RANGE);

    expect(await apply(null)).toEqual({ kind: 'none' });

    expect(pool()).toBeNull();
    expect(member.all(L2_ADVERTISEMENTS)).toEqual([]);
  });

  it('are not the join’s, and go with a leave', async () => {
    const { member, pool, apply, join, undoJoin, leave } = world();
    await join();
    expect(pool()).toBeNull();
    await apply(RANGE);

    await undoJoin();
    expect(pool()).not.toBeNull();

    await leave();
    expect(pool()).toBeNull();
    expect(member.all(L2_ADVERTISEMENTS)).toEqual([]);
  });

  it('stay those of others, whose pool has that name', async () => {
    const { member, pool, apply, leave } = world();
    const theirs = member.put(IP_ADDRESS_POOLS, POOL, { spec: { addresses: ['192.0.2.0/24'] } });

    await expect(apply(RANGE)).rejects.toMatchObject({
      code: 'Rejected',
      message: expect.stringMatching(
        /IPAddressPool openmcp in the member: there is one that is not ours/,
      ),
    });
    await apply(null);
    await leave();

    expect(pool()).toEqual(theirs);
  });

  it.each([
    ['its kinds', [IP_ADDRESS_POOLS, L2_ADVERTISEMENTS]],
    ['one of them', [L2_ADVERTISEMENTS]],
  ])('need MetalLB, which is told: without %s', async (_, absent) => {
    const { member, apply } = world();
    member.absent = absent;

    expect(await apply(RANGE)).toEqual({
      kind: 'failed',
      reason: 'NoMetalLB',
      message:
        'seoul has no MetalLB in the namespace metallb-system: install it, then take spec.metalLBRange out and put it back',
    });
    expect(await apply(null)).toEqual({ kind: 'none' });
  });

  it.each([
    ['there is no MetalLB', { absent: [IP_ADDRESS_POOLS, L2_ADVERTISEMENTS] }],
    ['nobody may look at pools', { may: ({ group }: { group: string }) => group !== 'metallb.io' }],
  ])('keep no member from leaving where %s', async (_, change) => {
    const { member, join, leave } = world();
    await join();
    Object.assign(member, change);

    await expect(leave()).resolves.toBeUndefined();
  });
});
