import { describe, expect, it } from '@jest/globals';
import { ClusterWorld } from '../fakes/cluster-world.ts';
import { useTemporal } from '../support/temporal.ts';

const temporal = useTemporal();
const input = { namespace: 'openmcp', name: 'seoul' };

const payOf = (world: ClusterWorld) =>
  temporal.result({ workflow: 'payDebt', input, activities: world.activities });

const debt = (kind: string, ownerUid: string) => ({
  kind,
  namespace: 'shop',
  name: 'web',
  ownerUid,
});

describe('a debt', () => {
  it('of one deployment is paid by removing its objects, and no others', async () => {
    const world = ClusterWorld.joined({ owed: [debt('Deployment', 'uid-of-web')] });
    world.objects = ['uid-of-web', 'uid-of-api'];
    const made = { ...world.made };

    expect(await payOf(world)).toBe('paid 1');

    expect(world.objects).toEqual(['uid-of-api']);
    expect(world.made).toEqual(made);
    expect(world.cluster).toMatchObject({ joinStatus: 'JOIN', held: true, owed: [] });
  });

  it('of a member that left by force is paid by cleaning it, its credentials last', async () => {
    const world = leftByForce();

    expect(await payOf(world)).toBe('paid 2');

    expect(world.objects).toEqual([]);
    expect(world.made).toEqual({});
    expect(world.journal.at(-1)).toBe('-credentials');
    expect(world.cluster).toMatchObject({ joinStatus: 'UNJOIN', held: false, owed: [] });
  });

  it('lets a deleted resource go, and keeps no token of it', async () => {
    const world = leftByForce();
    world.delete();

    expect(await payOf(world)).toBe('paid 2');

    expect(world.cluster).toBeNull();
    expect(world.made).toEqual({});
  });

  it('to a member that is joined is forgiven', async () => {
    const world = ClusterWorld.joined({ owed: [debt('Member', 'uid-1')] });
    world.objects = ['uid-of-web'];
    const made = { ...world.made };

    expect(await payOf(world)).toBe('paid 1');

    expect(world.made).toEqual(made);
    expect(world.objects).toEqual(['uid-of-web']);
    expect(world.cluster).toMatchObject({ joinStatus: 'JOIN', owed: [] });
  });

  it('waits for the leave that makes it', async () => {
    const world = leftByForce();
    world.edit({ joinStatus: 'UNJOINING' });

    expect(await payOf(world)).toBe('leaving');

    expect(world.cluster?.owed).toHaveLength(2);
  });

  it('is paid before the member joins again', async () => {
    const world = leftByForce();
    world.edit({ joinStatus: 'JOINING' });

    expect(await payOf(world)).toBe('paid 2');

    expect(world.made).toEqual({});
    expect(world.cluster).toMatchObject({ joinStatus: 'JOINING', owed: [] });
  });

  it('stays when the member goes away again', async () => {
    const world = leftByForce();
    world.memberAnswers = false;

    await expect(payOf(world)).rejects.toMatchObject({ name: 'WorkflowFailedError' });

    expect(world.cluster?.owed).toHaveLength(2);
    expect(world.made).toHaveProperty('credentials');
  });

  it('stays, and so does the resource, while the token could not be taken back', async () => {
    const world = leftByForce();
    world.delete();
    world.faults.set('undo credentials', 'refuses');

    await expect(payOf(world)).rejects.toMatchObject({ name: 'WorkflowFailedError' });

    expect(world.cluster?.owed).toHaveLength(2);
  });

  it('is paid once', async () => {
    const world = leftByForce();
    await payOf(world);

    expect(await payOf(world)).toBe('nothing owed');
  });

  it('of a cluster that is gone is nothing', async () => {
    const world = new ClusterWorld();
    world.delete();

    expect(await payOf(world)).toBe('nothing owed');
  });
});

function leftByForce(): ClusterWorld {
  const owed = [debt('Deployment', 'uid-of-web'), debt('Member', 'uid-1')];
  const world = ClusterWorld.joined({ joinStatus: 'UNJOIN', owed });
  world.objects = ['uid-of-web', 'uid-of-api'];
  delete world.made.registry;
  delete world.made.mirror;
  return world;
}
