import { describe, expect, it } from '@jest/globals';
import { OPENMCP_NAMESPACE } from '../../../../src/api/meta.ts';
import {
  EVENTS,
  IP_ADDRESS_POOLS,
  L2_ADVERTISEMENTS,
  OPENMCP_CLUSTERS,
} from '../../../../src/kubernetes/resources.ts';
import { joiningBy, joiningWorld } from './joining-world.ts';

const POOL = { namespace: 'metallb-system', name: 'openmcp' };
const RANGE = { addressFrom: '198.51.100.10', addressTo: '198.51.100.20' };

function world(spec: object) {
  const all = joiningWorld();
  const cluster = { namespace: OPENMCP_NAMESPACE, name: 'seoul', uid: 'u-seoul' };
  all.hub.put(OPENMCP_CLUSTERS, cluster, { spec });
  return all;
}

describe('the addresses of a member', () => {
  it('are its range, as a pool of MetalLB that is announced', async () => {
    const { member, activities } = world({ metalLBRange: RANGE });

    await activities.takeJoinStep('modules', joiningBy('run'));

    expect(member.at(IP_ADDRESS_POOLS, POOL)).toMatchObject({
      apiVersion: 'metallb.io/v1beta1',
      spec: { addresses: ['198.51.100.10-198.51.100.20'] },
    });
    expect(member.at(L2_ADVERTISEMENTS, POOL)).toMatchObject({
      spec: { ipAddressPools: ['openmcp'] },
    });
  });

  it('follow the range when it is given again', async () => {
    const { hub, member, activities } = world({ metalLBRange: RANGE });
    await activities.takeJoinStep('modules', joiningBy('first'));
    const range = { ...RANGE, addressTo: '198.51.100.30' };
    hub.put(
      OPENMCP_CLUSTERS,
      { namespace: OPENMCP_NAMESPACE, name: 'seoul' },
      { spec: { metalLBRange: range } },
    );

    await activities.takeJoinStep('modules', joiningBy('second'));

    expect(member.at(IP_ADDRESS_POOLS, POOL)).toMatchObject({
      spec: { addresses: ['198.51.100.10-198.51.100.30'] },
    });
  });

  it('go with what undoes the join', async () => {
    const { member, activities } = world({ metalLBRange: RANGE });
    await activities.takeJoinStep('modules', joiningBy('run'));

    await activities.undoJoinStep('modules', joiningBy('run'));

    expect(member.all(IP_ADDRESS_POOLS)).toEqual([]);
    expect(member.all(L2_ADVERTISEMENTS)).toEqual([]);
  });

  it('are left alone where there is no range', async () => {
    const { member, activities } = world({});
    member.put(IP_ADDRESS_POOLS, POOL, { spec: { addresses: ['192.0.2.0/24'] } });

    await activities.takeJoinStep('modules', joiningBy('run'));
    await activities.undoJoinStep('modules', joiningBy('run'));

    expect(member.at(IP_ADDRESS_POOLS, POOL)).toMatchObject({
      spec: { addresses: ['192.0.2.0/24'] },
    });
  });

  it('are refused where a pool of that name is not ours', async () => {
    const { member, activities } = world({ metalLBRange: RANGE });
    member.put(IP_ADDRESS_POOLS, POOL, { spec: { addresses: ['192.0.2.0/24'] } });

    await expect(activities.takeJoinStep('modules', joiningBy('run'))).rejects.toThrow(
      /IPAddressPool openmcp in the member: there is one that is not ours/,
    );
  });

  it('have no effect without MetalLB, which is told', async () => {
    const { hub, member, activities } = world({ metalLBRange: RANGE });
    member.absent = [IP_ADDRESS_POOLS, L2_ADVERTISEMENTS];

    await activities.takeJoinStep('modules', joiningBy('run'));

    expect(hub.all(EVENTS)).toMatchObject([
      { reason: 'NoMetalLB', message: expect.stringContaining('seoul has no MetalLB') },
    ]);
  });

  it('keep no join from being undone by whoever may not look at pools', async () => {
    const { member, activities } = world({});
    await activities.takeJoinStep('modules', joiningBy('run'));
    member.may = ({ group }) => group !== 'metallb.io';

    await expect(activities.undoJoinStep('modules', joiningBy('run'))).resolves.toBeUndefined();
  });
});
