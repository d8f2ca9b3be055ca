import { describe, expect, it } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { changed } from '../../workflows/contract.ts';
import { DeploymentWorld } from '../fakes/deployment-world.ts';
import { eventually } from '../support/eventually.ts';
import { useTemporal } from '../support/temporal.ts';

const temporal = useTemporal();
const input = { ref: { namespace: 'shop', name: 'web' } };

const run = (world: DeploymentWorld, body: (handle: WorkflowHandle) => Promise<void>) =>
  temporal.run({ workflow: 'deployment', input, activities: world.activities }, body);

const look = { reason: 'test' };

describe('deployment', () => {
  it('places, reports, and completes once settled', async () => {
    const world = new DeploymentWorld(4, 'seoul', 'busan');

    await run(world, async (workflow) => {
      expect(await workflow.result()).toBe('settled');
    });

    expect(world.replicas).toEqual({ seoul: 2, busan: 2 });
    expect(world.claimed).toEqual({ seoul: 2, busan: 2 });
    expect(world.condition('Placed')).toMatchObject({
      status: 'True',
      message: 'seoul: 2, busan: 2',
    });
    expect(world.condition('Synced')).toMatchObject({ status: 'True' });
    expect(world.report?.generation).toBe(1);
  });

  it('asks the worker that decides, when another one does', async () => {
    const world = new DeploymentWorld(4, 'seoul', 'busan');
    world.decideElsewhere();
    const { activities, desk } = world;

    await temporal.run({ workflow: 'deployment', input, activities, desk }, async (workflow) => {
      expect(await workflow.result()).toBe('settled');
    });

    expect(world.replicas).toEqual({ seoul: 2, busan: 2 });
  });

  it('leaves a cluster only after the others carry the load', async () => {
    const world = new DeploymentWorld(4, 'seoul', 'busan');
    await run(world, async (workflow) => {
      await workflow.result();
    });
    world.clusters = ['seoul'];
    world.ready = [];

    await run(world, async (workflow) => {
      await eventually(() => expect(world.replicas).toEqual({ seoul: 4, busan: 2 }));
      expect(world.claimed).toEqual({ seoul: 4, busan: 0 });

      world.ready = ['seoul'];
      await workflow.signal(changed, look);
      expect(await workflow.result()).toBe('settled');
    });

    expect(world.replicas).toEqual({ seoul: 4 });
    expect(world.claimed).toEqual({ seoul: 4 });
  });

  it('serves the other clusters when one fails, and asks only that one again', async () => {
    const world = new DeploymentWorld(4, 'seoul', 'busan');
    world.broken.add('busan');

    await run(world, async (workflow) => {
      await eventually(() =>
        expect(world.condition('Synced')).toMatchObject({ reason: 'PartlySynced' }),
      );
      expect(world.replicas).toEqual({ seoul: 2 });

      world.broken.clear();
      expect(await workflow.result()).toBe('settled');
    });

    expect(world.replicas).toEqual({ seoul: 2, busan: 2 });
    expect(world.visits.filter((cluster) => cluster === 'seoul')).toHaveLength(1);
  });

  it('keeps what runs while nothing fits, and places it when room appears', async () => {
    const world = new DeploymentWorld(4);

    await run(world, async (workflow) => {
      await eventually(() =>
        expect(world.condition('Placed')).toMatchObject({ reason: 'Unplaceable' }),
      );

      world.clusters = ['seoul'];
      await workflow.signal(changed, look);
      expect(await workflow.result()).toBe('settled');
    });

    expect(world.replicas).toEqual({ seoul: 4 });
  });

  it('delivers a share that was claimed without an answer', async () => {
    const world = new DeploymentWorld(4, 'seoul', 'busan');
    world.broken.add('busan');

    await run(world, async (workflow) => {
      await eventually(() => expect(world.replicas).toEqual({ seoul: 2 }));
      // Seen by the next look at busan: nobody signals.
      world.claimUnanswered = true;
      world.clusters = ['seoul'];
      world.broken.clear();
      expect(await workflow.result()).toBe('settled');
    });

    expect(world.replicas).toEqual({ seoul: 4 });
    expect(world.claimed).toEqual({ seoul: 4 });
  });

  it('does not let a claim that was given up overwrite the next one', async () => {
    const world = new DeploymentWorld(4, 'seoul');
    const held = Promise.withResolvers<void>();
    world.claimHeld = held.promise;

    await run(world, async (workflow) => {
      await eventually(() => expect(world.claimHeld).toBeNull());
      world.clusters = ['busan'];
      // The time-out of the activity that hangs.
      expect(await workflow.result()).toBe('settled');
      held.resolve();
      await new Promise(setImmediate);
    });

    expect(world.replicas).toEqual({ busan: 4 });
    expect(world.claimed).toEqual({ busan: 4 });
  }, 30_000);

  it('refuses a spec that cannot be understood, and touches nothing', async () => {
    const world = new DeploymentWorld(4, 'seoul');
    world.problem = 'spec.template…cpu: "two" is not a quantity';

    await run(world, async (workflow) => {
      expect(await workflow.result()).toBe('settled');
    });

    expect(world.replicas).toEqual({});
    expect(world.condition('Placed')).toMatchObject({ reason: 'Rejected', message: world.problem });
  });

  it('lets the resource go only after every cluster is clean', async () => {
    const world = new DeploymentWorld(4, 'seoul', 'busan');
    await run(world, async (workflow) => {
      await workflow.result();
    });
    world.broken.add('busan');
    world.change({ deleting: true });

    await run(world, async (workflow) => {
      await eventually(() => expect(world.replicas).toEqual({ busan: 2 }));
      expect(world.resource).not.toBeNull();

      world.broken.clear();
      await workflow.signal(changed, look);
      expect(await workflow.result()).toBe('gone');
    });

    expect(world.replicas).toEqual({});
    expect(world.resource).toBeNull();
    expect(world.debts).toEqual([]);
  });

  it('records what a dead cluster is owed instead of blocking a deletion for ever', async () => {
    const world = new DeploymentWorld(4, 'seoul', 'busan');
    await run(world, async (workflow) => {
      await workflow.result();
    });
    world.broken.add('busan');
    world.change({ deleting: true });

    await run(world, async (workflow) => {
      expect(await workflow.result()).toBe('gone');
    });

    expect(world.resource).toBeNull();
    expect(world.debts).toMatchObject([
      { cluster: 'busan', kind: 'Deployment', ownerUid: 'uid-1' },
    ]);
  }, 90_000);

  it('loses no change that arrives while it works', async () => {
    const world = new DeploymentWorld(2, 'seoul');

    await run(world, async (workflow) => {
      await Promise.all(
        Array.from({ length: 20 }, async (_, index) => {
          world.change({ replicas: index + 3 });
          await workflow.signal(changed, look).catch(() => {
            // Ended in between: the watcher would start the next run.
          });
        }),
      );
      await workflow.result();
    });

    expect(world.report?.generation).toBe(world.resource?.generation);
    expect(world.replicas).toEqual({ seoul: 22 });
  });
});
