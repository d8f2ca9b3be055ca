import { describe, expect, it } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { JOIN_STEPS, type JoinStep, type Unfit } from '../../src/api/joining.ts';
import { progress } from '../../workflows/cluster-contract.ts';
import { changed } from '../../workflows/contract.ts';
import { ClusterWorld } from '../fakes/cluster-world.ts';
import { useTemporal } from '../support/temporal.ts';

const temporal = useTemporal();
const input = { namespace: 'openmcp', name: 'seoul' };
const look = { reason: 'test' };

const run = (world: ClusterWorld, body: (handle: WorkflowHandle) => Promise<void>) =>
  temporal.run({ workflow: 'joinCluster', input, activities: world.activities }, body);

const joinOf = (world: ClusterWorld) =>
  temporal.result({ workflow: 'joinCluster', input, activities: world.activities });

function entriesOf<K extends string, V>(record: Readonly<Record<K, V>>): [K, V][] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.entries forgets the key type
  return Object.entries(record) as [K, V][];
}

/** Steps that leave something behind; the trial only looks. */
const MAKING = JOIN_STEPS.filter((step) => step !== 'trial');
function before(step: JoinStep): JoinStep[] {
  const earlier = JOIN_STEPS.slice(0, JOIN_STEPS.indexOf(step));
  return MAKING.filter((each) => earlier.includes(each));
}
/** There and back: all of `steps` made in their order, and unmade in the opposite one. */
const thereAndBack = (steps: readonly JoinStep[]) => [
  ...steps.map((step) => `+${step}`),
  ...steps.toReversed().map((step) => `-${step}`),
];

function expectUndone(world: ClusterWorld, steps: readonly JoinStep[], reason: string): void {
  expect(world.made).toEqual({});
  expect(world.journal).toEqual(thereAndBack(steps));
  expect(world.cluster).toMatchObject({ joinStatus: 'UNJOIN', held: false });
  expect(world.joined).toMatchObject({ status: 'False', reason });
}

describe('a join', () => {
  it('makes everything, then says JOIN', async () => {
    const world = new ClusterWorld();

    expect(await joinOf(world)).toBe('done');

    expect(world.journal).toEqual(MAKING.map((step) => `+${step}`));
    expect(world.cluster).toMatchObject({ joinStatus: 'JOIN', held: true });
    expect(world.joined).toMatchObject({ status: 'True', reason: 'Joined' });
    expect(world.facts).toEqual({ version: 'v1.37.2', nodes: 3 });
  });

  it('tries again where the other side only stumbled', async () => {
    const world = new ClusterWorld();
    world.faults.set('take labels', 'stumbles');

    expect(await joinOf(world)).toBe('done');

    expect(world.cluster).toMatchObject({ joinStatus: 'JOIN' });
    expect(world.journal).toEqual(MAKING.map((step) => `+${step}`));
  });

  it('tells how far it is to whoever asks', async () => {
    const world = new ClusterWorld();
    const labels = world.faults.stopAt('take labels');

    await run(world, async (join) => {
      await labels.reached;
      expect(await join.query(progress)).toEqual({
        phase: 'Joining',
        step: 'labelling the nodes with region and zone',
        done: 6,
        total: 10,
        message: '',
      });
      expect(world.joined).toMatchObject({ status: 'Unknown', reason: 'Joining' });
      labels.goOn();
      await join.result();
      expect(await join.query(progress)).toMatchObject({ phase: 'Joined', done: 10, total: 10 });
    });
  });

  it.each(['JOIN', 'UNJOINING', 'UNJOIN'])(
    'has nothing to do when the cluster is %s',
    async (joinStatus) => {
      const world = new ClusterWorld();
      world.edit({ joinStatus });

      expect(await joinOf(world)).toBe(`nothing to do: ${joinStatus}`);

      expect(world.journal).toEqual([]);
      expect(world.joined).toBeNull();
    },
  );

  it('has nothing to do a second time', async () => {
    const world = new ClusterWorld();
    await joinOf(world);
    const after = { ...world.made };

    expect(await joinOf(world)).toBe('nothing to do: JOIN');

    expect(world.made).toEqual(after);
  });

  it('has nothing to do for a cluster that is gone', async () => {
    const world = new ClusterWorld();
    world.delete();

    expect(await joinOf(world)).toBe('gone');
  });
});

describe('a cluster that is owed the clean-up of its last leave', () => {
  const owing = () => {
    const world = new ClusterWorld();
    const debt = { kind: 'Member', namespace: 'openmcp', name: 'seoul', ownerUid: 'uid-1' };
    world.edit({ owed: [debt] });
    return world;
  };

  it('joins when that is done', async () => {
    const world = owing();

    await run(world, async (join) => {
      await join.query(progress);
      expect(world.journal).toEqual([]);
      world.edit({ owed: [] });
      expect(await join.result()).toBe('done');
    });

    expect(world.cluster).toMatchObject({ joinStatus: 'JOIN' });
  });

  it('does not join when that is not done in half a minute', async () => {
    const world = owing();

    expect(await joinOf(world)).toBe('undone: OwesCleanup');

    expectUndone(world, [], 'OwesCleanup');
  });
});

it('writes where the cluster is when its resource does not say', async () => {
  const world = new ClusterWorld();
  world.edit({ region: '', zone: '' });
  world.fitness = { fit: true, version: 'v1.37.2', nodes: 3, region: 'EU', zone: 'DE,FR' };

  expect(await joinOf(world)).toBe('done');

  expect(world.cluster).toMatchObject({ region: 'EU', zone: 'DE,FR' });
});

describe('a cluster that cannot be a member', () => {
  const UNFIT: Readonly<Record<Unfit, string>> = {
    BadKubeconfig: 'the kubeconfig has no server',
    Unreachable: 'cannot reach https://10.0.3.40:6443',
    Forbidden: 'the registered kubeconfig may not create clusterroles',
    UnsupportedVersion: 'it runs Kubernetes v1.20.0',
    AlreadyJoined: 'it is a member of another hub',
    IsHub: 'it is the hub itself',
    ClockSkew: 'its clock differs by 300 s',
    NotRegistered: 'no cluster is registered as 10.0.3.40',
  };

  it.each(entriesOf(UNFIT))('is told so, and nothing is made: %s', async (reason, message) => {
    const world = new ClusterWorld();
    world.fitness = { fit: false, reason, message };

    expect(await joinOf(world)).toBe(`undone: ${reason}`);

    expectUndone(world, [], reason);
    expect(world.joined?.message).toBe(`${message}.`);
  });
});

describe('a join that fails', () => {
  it.each(JOIN_STEPS)('takes back all it made when %s is refused, and says why', async (step) => {
    const world = new ClusterWorld();
    world.faults.set(`take ${step}`, 'refuses');

    expect(await joinOf(world)).toBe('undone: Rejected');

    expectUndone(world, before(step), 'Rejected');
    expect(world.joined?.message).toBe(`cannot take ${step}: forbidden.`);
  });

  it.each(MAKING)('takes back %s too when it happened but was not answered', async (step) => {
    const world = new ClusterWorld();
    world.faults.set(`take ${step}`, 'answers never');

    expect(await joinOf(world)).toBe('undone: Unreachable');

    expectUndone(world, [...before(step), step], 'Unreachable');
  });

  it('leaves alone what was there before it', async () => {
    const world = new ClusterWorld();
    world.made.namespace = 'someone-else';
    world.made.rights = 'someone-else';
    world.faults.set('take registry', 'refuses');

    expect(await joinOf(world)).toBe('undone: Rejected');

    expect(world.made).toEqual({ namespace: 'someone-else', rights: 'someone-else' });
  });

  it('says what could not be taken back, and takes back the rest', async () => {
    const world = new ClusterWorld();
    world.faults.set('take registry', 'refuses');
    world.faults.set('undo rights', 'refuses');

    expect(await joinOf(world)).toBe('undone-except: rights: cannot undo rights: forbidden');

    expect(Object.keys(world.made)).toEqual(['rights']);
    expect(world.cluster).toMatchObject({ joinStatus: 'UNJOIN' });
    expect(world.joined).toMatchObject({
      reason: 'Rejected',
      message:
        'cannot take registry: forbidden. Could not be undone: rights: cannot undo rights: forbidden.',
    });
  });

  it('takes back what is on the hub when the member dies under it', async () => {
    const world = new ClusterWorld();
    const modules = world.faults.stopAt('take modules');

    await run(world, async (join) => {
      await modules.reached;
      world.memberAnswers = false;
      modules.goOn();
      expect(await join.result()).toMatch(/^undone-except: modules: .*; labels: .*; rights: .*/);
    });

    expect(Object.keys(world.made).toSorted()).toEqual([
      'account',
      'labels',
      'namespace',
      'rights',
    ]);
    expect(world.joined).toMatchObject({ status: 'False', reason: 'Unreachable' });
  });
});

describe('a join that is not wanted any more', () => {
  it('is taken back when it is cancelled', async () => {
    const world = new ClusterWorld();
    const labels = world.faults.stopAt('take labels');

    await run(world, async (join) => {
      await labels.reached;
      await join.cancel();
      // What may still happen is waited for: undone too early it would happen afterwards.
      expect(await join.query(progress)).toMatchObject({ phase: 'Joining' });
      labels.goOn();
      expect(await join.result()).toBe('undone: Cancelled');
    });

    expectUndone(world, [...before('labels'), 'labels'], 'Cancelled');
    expect(world.joined?.message).toMatch(/^the join was cancelled/);
  });

  it('is done all the same when it is cancelled while it says so', async () => {
    const world = new ClusterWorld();
    const finish = world.faults.stopAt('finish the join');

    await run(world, async (join) => {
      await finish.reached;
      await join.cancel();
      finish.goOn();
      expect(await join.result()).toBe('done');
    });

    expect(world.cluster).toMatchObject({ joinStatus: 'JOIN' });
    expect(Object.keys(world.made)).toHaveLength(MAKING.length);
  });

  it.each(['UNJOIN', 'UNJOINING'])(
    'is taken back when spec.joinStatus is set to %s',
    async (joinStatus) => {
      const world = new ClusterWorld();
      const rights = world.faults.stopAt('take rights');

      await run(world, async (join) => {
        await rights.reached;
        world.edit({ joinStatus });
        await join.signal(changed, look);
        rights.goOn();
        expect(await join.result()).toBe('undone: Cancelled');
      });

      expectUndone(world, [...before('rights'), 'rights'], 'Cancelled');
    },
  );

  it('goes on when something else of the cluster was edited', async () => {
    const world = new ClusterWorld();
    const rights = world.faults.stopAt('take rights');

    await run(world, async (join) => {
      await rights.reached;
      world.edit({ unjoinPolicy: 'Remove' });
      await join.signal(changed, look);
      rights.goOn();
      expect(await join.result()).toBe('done');
    });

    expect(world.cluster).toMatchObject({ joinStatus: 'JOIN' });
  });

  it('does not overwrite an edit that nobody told it of', async () => {
    const world = new ClusterWorld();
    const registry = world.faults.stopAt('take registry');

    await run(world, async (join) => {
      await registry.reached;
      world.edit({ joinStatus: 'UNJOINING' });
      registry.goOn();
      expect(await join.result()).toBe('undone: Cancelled');
    });

    expectUndone(world, MAKING, 'Cancelled');
  });

  it('is taken back when the cluster is deleted, and then lets it go', async () => {
    const world = new ClusterWorld();
    const labels = world.faults.stopAt('take labels');

    await run(world, async (join) => {
      await labels.reached;
      world.delete();
      expect(world.cluster).toMatchObject({ deleting: true });
      await join.signal(changed, look);
      labels.goOn();
      expect(await join.result()).toBe('undone: Cancelled');
    });

    expect(world.made).toEqual({});
    expect(world.cluster).toBeNull();
  });

  it('does not begin for a cluster that is being deleted', async () => {
    const world = new ClusterWorld();
    world.edit({ held: true });
    world.delete();

    expect(await joinOf(world)).toBe('undone: Cancelled');

    expect(world.journal).toEqual([]);
    expect(world.cluster).toBeNull();
  });

  it('is taken back when the resource is torn away from under it', async () => {
    const world = new ClusterWorld();
    const labels = world.faults.stopAt('take labels');

    await run(world, async (join) => {
      await labels.reached;
      world.cluster = null;
      labels.goOn();
      expect(await join.result()).toBe('undone: NotFound');
    });

    expect(world.made).toEqual({});
  });
});
