import { describe, expect, it } from '@jest/globals';
import { ClusterWorld } from '../fakes/cluster-world.ts';
import { useTemporal } from '../support/temporal.ts';

const temporal = useTemporal();
const input = { namespace: 'openmcp', name: 'seoul' };

const renewalOf = (world: ClusterWorld) =>
  temporal.result({ workflow: 'renewCredentials', input, activities: world.activities });

describe('a renewal', () => {
  it('says until when the new token holds', async () => {
    const world = ClusterWorld.joined();

    expect(await renewalOf(world)).toBe('renewed until 2030-01-01T00:00:00Z');

    expect(world.credentials).toEqual({ expiresAt: '2030-01-01T00:00:00Z', problem: null });
  });

  it('tries again where the member only stumbled', async () => {
    const world = ClusterWorld.joined();
    world.faults.set('renew', 'stumbles');

    expect(await renewalOf(world)).toMatch(/^renewed/);

    expect(world.credentials).toMatchObject({ problem: null });
  });

  it('says why there is no new token, and leaves the cluster joined', async () => {
    const world = ClusterWorld.joined();
    world.faults.set('renew', 'refuses');

    expect(await renewalOf(world)).toBe('failed: cannot renew: forbidden');

    expect(world.credentials).toEqual({ expiresAt: null, problem: 'cannot renew: forbidden' });
    expect(world.cluster).toMatchObject({ joinStatus: 'JOIN' });
  });

  it('has nothing to do for a cluster that left', async () => {
    const world = ClusterWorld.joined({ joinStatus: 'UNJOIN' });

    expect(await renewalOf(world)).toBe('nothing to renew');

    expect(world.credentials).toBeNull();
  });

  it('has nothing to do for a cluster that is gone', async () => {
    const world = new ClusterWorld();
    world.delete();

    expect(await renewalOf(world)).toBe('nothing to renew');
  });
});
