import { describe, expect, it } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { progress } from '../../workflows/cluster-contract.ts';
import { changed } from '../../workflows/contract.ts';
import { ClusterWorld } from '../fakes/cluster-world.ts';
import { eventually } from '../support/eventually.ts';
import { useTemporal } from '../support/temporal.ts';

const temporal = useTemporal();
const input = { namespace: 'openmcp', name: 'seoul' };
const look = { reason: 'test' };

const run = (world: ClusterWorld, body: (handle: WorkflowHandle) => Promise<void>) =>
  temporal.run({ workflow: 'unjoinCluster', input, activities: world.activities }, body);

const leaveOf = (world: ClusterWorld) =>
  temporal.result({ workflow: 'unjoinCluster', input, activities: world.activities });

const leaving = () => ClusterWorld.joined({ joinStatus: 'UNJOINING' });
const told = (world: ClusterWorld, message: RegExp) =>
  eventually(() => expect(world.joined?.message).toMatch(message));

function expectLeft(world: ClusterWorld): void {
  expect(world.made).toEqual({});
  expect(world.objects).toEqual([]);
  expect(world.cluster).toMatchObject({ joinStatus: 'UNJOIN', held: false, owed: [] });
  expect(world.joined).toMatchObject({ status: 'False', reason: 'Left' });
}

describe('a leave', () => {
  it('takes everything from the member, then from the hub, and says UNJOIN', async () => {
    const world = leaving();
    world.objects = ['uid-of-web', 'uid-of-api'];

    expect(await leaveOf(world)).toBe('done');

    expectLeft(world);
    expect(world.journal).toEqual([
      '-modules',
      '-labels',
      '-rights',
      '-account',
      '-namespace',
      '-registry',
      '-mirror',
      '-credentials',
    ]);
  });

  it('takes what was still on its way to the member when it began', async () => {
    const world = leaving();
    world.late = 'uid-of-web';

    expect(await leaveOf(world)).toBe('done');

    expectLeft(world);
  });

  it('tries again where the other side only stumbled', async () => {
    const world = leaving();
    world.faults.set('undo rights', 'stumbles');
    world.faults.set('undo registry', 'stumbles');

    expect(await leaveOf(world)).toBe('done');

    expectLeft(world);
  });

  it('of a deleted cluster lets the resource go in the end', async () => {
    const world = ClusterWorld.joined();
    world.delete();
    expect(world.cluster).toMatchObject({ deleting: true });

    expect(await leaveOf(world)).toBe('done');

    expect(world.made).toEqual({});
    expect(world.cluster).toBeNull();
  });

  it('has nothing to do a second time', async () => {
    const world = leaving();
    await leaveOf(world);

    expect(await leaveOf(world)).toBe('nothing to do: UNJOIN');
  });

  it.each([
    { what: 'a joined cluster', joinStatus: 'JOIN', deleting: false },
    { what: 'a join under way', joinStatus: 'JOINING', deleting: false },
    { what: 'a join under way of a deleted cluster', joinStatus: 'JOINING', deleting: true },
    { what: 'a cluster that left and is deleted', joinStatus: 'UNJOIN', deleting: true },
  ])('leaves alone $what', async ({ joinStatus, deleting }) => {
    const world = ClusterWorld.joined({ joinStatus, deleting });

    expect(await leaveOf(world)).toBe(`nothing to do: ${joinStatus}`);

    expect(world.journal).toEqual([]);
    expect(world.joined).toBeNull();
  });
});

describe('a leave with workloads in the cluster', () => {
  it('waits until they run elsewhere and are cleaned up here', async () => {
    const world = leaving();
    world.workloads = { 'shop/web': 2, 'shop/api': 1 };

    await run(world, async (leave) => {
      await told(world, /waiting until 2 workloads run elsewhere \(shop\/web, shop\/api\)/);
      expect(world.joined).toMatchObject({ status: 'True', reason: 'Leaving' });
      expect(await leave.query(progress)).toMatchObject({ phase: 'Leaving', done: 0, total: 10 });

      world.workloads = { 'shop/web': 0 };
      await leave.signal(changed, look);
      await told(world, /waiting until 1 workloads/);
      expect(world.journal).toEqual([]);

      world.workloads = {};
      await leave.signal(changed, look);
      expect(await leave.result()).toBe('done');
    });

    expectLeft(world);
  });

  it('looks again by itself', async () => {
    const world = leaving();
    world.workloads = { 'shop/web': 2 };

    await run(world, async (leave) => {
      await told(world, /waiting/);
      world.workloads = {};
      expect(await leave.result()).toBe('done');
    });

    expectLeft(world);
  });

  it('does not wait when the policy is Remove', async () => {
    const world = leaving();
    world.workloads = { 'shop/web': 2 };
    world.objects = ['uid-of-web'];

    await run(world, async (leave) => {
      await told(world, /spec.unjoinPolicy: Remove does not wait/);
      world.edit({ unjoinPolicy: 'Remove' });
      await leave.signal(changed, look);
      expect(await leave.result()).toBe('done');
    });

    expectLeft(world);
  });

  it('ends with the cluster as it was when that shall stay after all', async () => {
    const world = leaving();
    world.workloads = { 'shop/web': 2 };
    const made = { ...world.made };

    await run(world, async (leave) => {
      await told(world, /waiting/);
      world.edit({ joinStatus: 'JOIN' });
      await leave.signal(changed, look);
      expect(await leave.result()).toBe('stayed');
    });

    expect(world.made).toEqual(made);
    expect(world.cluster).toMatchObject({ joinStatus: 'JOIN', held: true });
    expect(world.joined).toMatchObject({ status: 'True', reason: 'Joined' });
  });

  it('that is cancelled leaves the cluster as it was', async () => {
    const world = leaving();
    world.workloads = { 'shop/web': 2 };
    const made = { ...world.made };

    await run(world, async (leave) => {
      await told(world, /waiting/);
      await leave.cancel();
      expect(await leave.result()).toBe('stayed');
    });

    expect(world.made).toEqual(made);
    expect(world.cluster).toMatchObject({ joinStatus: 'JOIN', held: true });
    expect(world.joined?.message).toBe('stays: the leave was cancelled');
  });

  it('ends when the resource is torn away, or is another one by now', async () => {
    const world = leaving();
    world.workloads = { 'shop/web': 2 };

    await run(world, async (leave) => {
      await told(world, /waiting/);
      world.edit({ uid: 'uid-2' });
      await leave.signal(changed, look);
      expect(await leave.result()).toBe('gone');
    });

    expect(world.journal).toEqual([]);
  });
});

describe('a leave of a dead member', () => {
  it('waits for it, says so, and goes on when it is back', async () => {
    const world = leaving();
    world.objects = ['uid-of-web'];
    world.memberAnswers = false;

    await run(world, async (leave) => {
      await told(world, /no answer; waiting for it, set spec.force to true/);
      expect(world.cluster).toMatchObject({ joinStatus: 'UNJOINING', held: true });
      expect(world.journal).toEqual([]);

      world.memberAnswers = true;
      await leave.signal(changed, look);
      expect(await leave.result()).toBe('done');
    });

    expectLeft(world);
  });

  it('stays a member when it shall, and nothing is undone yet', async () => {
    const world = leaving();
    world.memberAnswers = false;
    const made = { ...world.made };

    await run(world, async (leave) => {
      await told(world, /waiting for it/);
      world.edit({ joinStatus: 'JOIN' });
      await leave.signal(changed, look);
      expect(await leave.result()).toBe('stayed');
    });

    expect(world.made).toEqual(made);
    expect(world.joined).toMatchObject({ status: 'True', reason: 'Joined' });
  });

  it('is carried to its end once it began, cancelled or not', async () => {
    const world = leaving();
    world.memberAnswers = false;

    await run(world, async (leave) => {
      await told(world, /waiting for it/);
      await leave.cancel();
      world.memberAnswers = true;
      await leave.signal(changed, look);
      expect(await leave.result()).toBe('done');
    });

    expectLeft(world);
  });

  it('goes without it by force, and writes down what it is owed', async () => {
    const world = leaving();
    world.objects = ['uid-of-web'];
    world.memberAnswers = false;

    await run(world, async (leave) => {
      await told(world, /waiting for it/);
      world.edit({ force: true });
      await leave.signal(changed, look);
      expect(await leave.result()).toBe('done, the member is owed its clean-up');
    });

    expect(world.cluster).toMatchObject({
      joinStatus: 'UNJOIN',
      held: true,
      force: false,
      owed: [{ kind: 'Member', namespace: 'openmcp', name: 'seoul', ownerUid: 'uid-1' }],
    });
    // Its credentials stay: the prober needs them to see it return.
    expect(Object.keys(world.made).toSorted()).toEqual([
      'account',
      'credentials',
      'labels',
      'modules',
      'namespace',
      'rights',
    ]);
    expect(world.objects).toEqual(['uid-of-web']);
  });

  it('by force does not wait for what only remains to be cleaned up', async () => {
    const world = ClusterWorld.joined({ joinStatus: 'UNJOINING', force: true });
    world.workloads = { 'shop/web': 0 };

    expect(await leaveOf(world)).toBe('done');

    expectLeft(world);
  });
});
