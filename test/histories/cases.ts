/** The shapes that runs of each workflow have: what is recorded, and then replayed for ever. */

import type { WorkflowHandle } from '@temporalio/client';
import {
  giveAddressesId,
  joinId,
  payDebtId,
  renewId,
  unjoinId,
} from '../../workflows/cluster-contract.ts';
import { changed, workflowId } from '../../workflows/contract.ts';
import { ClusterWorld } from '../fakes/cluster-world.ts';
import { DeploymentWorld } from '../fakes/deployment-world.ts';
import { eventually } from '../support/eventually.ts';

export interface Case {
  readonly workflow: string;
  readonly name: string;
  readonly id: string;
  readonly input: unknown;
  /** A fresh world, and what happens in it while the workflow runs. */
  readonly scene: () => Scene;
}

interface Scene {
  readonly activities: object;
  readonly meanwhile: (handle: WorkflowHandle) => Promise<void>;
}

const look = { reason: 'recording' };
const nothing = async () => undefined;

/** The world has come that far; else an error that `eventually` waits out. */
function until(what: string, holds: () => boolean): Promise<void> {
  return eventually(() => {
    if (!holds()) throw new Error(`${what} did not happen`);
  });
}

const shop = { namespace: 'shop', name: 'web' };

function deploymentCase(name: string, scene: Case['scene']): Case {
  const id = workflowId('OpenMCPDeployment', shop);
  return { workflow: 'deployment', name, id, input: { ref: shop }, scene };
}

function placedWorld(): DeploymentWorld {
  const world = new DeploymentWorld(4, 'seoul', 'busan');
  world.claimed = { seoul: 2, busan: 2 };
  Object.assign(world.replicas, world.claimed);
  world.change({ held: true });
  return world;
}

const DEPLOYMENT: readonly Case[] = [
  deploymentCase('settled', () => {
    const world = new DeploymentWorld(4, 'seoul', 'busan');
    return { activities: world.activities, meanwhile: nothing };
  }),
  deploymentCase('refused', () => {
    const world = new DeploymentWorld(4, 'seoul');
    world.problem = 'spec.replicas: expected a number';
    return { activities: world.activities, meanwhile: nothing };
  }),
  deploymentCase('relocated', () => {
    const world = placedWorld();
    world.clusters = ['seoul'];
    world.ready = [];
    return {
      activities: world.activities,
      async meanwhile(handle) {
        await until('the move', () => world.replicas['seoul'] === 4);
        world.ready = ['seoul'];
        await handle.signal(changed, look);
      },
    };
  }),
  deploymentCase('partly-failed-then-retried', () => {
    const world = new DeploymentWorld(4, 'seoul', 'busan');
    world.broken.add('busan');
    return {
      activities: world.activities,
      async meanwhile() {
        await until('the failure', () => world.condition('Synced')?.reason === 'PartlySynced');
        world.broken.clear();
      },
    };
  }),
  deploymentCase('unplaceable-then-placed', () => {
    const world = new DeploymentWorld(4);
    return {
      activities: world.activities,
      async meanwhile(handle) {
        await until('the refusal', () => world.condition('Placed')?.reason === 'Unplaceable');
        world.clusters = ['seoul'];
        await handle.signal(changed, look);
      },
    };
  }),
  deploymentCase('deleted', () => {
    const world = placedWorld();
    world.broken.add('busan');
    world.change({ deleting: true });
    return {
      activities: world.activities,
      async meanwhile(handle) {
        await until('the first clean-up', () => world.replicas['seoul'] === undefined);
        world.broken.clear();
        await handle.signal(changed, look);
      },
    };
  }),
  deploymentCase('gone', () => {
    const world = new DeploymentWorld(4, 'seoul');
    world.resource = null;
    return { activities: world.activities, meanwhile: nothing };
  }),
];

const seoul = { namespace: 'openmcp', name: 'seoul' };

/** Changes the world before the workflow starts; returns what happens meanwhile. */
type Arrange = (world: ClusterWorld) => Scene['meanwhile'];

function clusterCases(
  workflow: string,
  idOf: (cluster: string) => string,
  make: () => ClusterWorld,
): (name: string, arrange: Arrange) => Case {
  return (name, arrange) => ({
    workflow,
    name,
    id: idOf(seoul.name),
    input: seoul,
    scene() {
      const world = make();
      return { meanwhile: arrange(world), activities: world.activities };
    },
  });
}

const asItIs: Arrange = () => nothing;

const joinCase = clusterCases('joinCluster', joinId, () => new ClusterWorld());
const JOIN: readonly Case[] = [
  joinCase('done', asItIs),
  joinCase('nothing-to-do', (world) => {
    world.edit({ joinStatus: 'JOIN' });
    return nothing;
  }),
  joinCase('unfit', (world) => {
    world.fitness = { fit: false, reason: 'IsHub', message: 'it is the hub itself' };
    return nothing;
  }),
  joinCase('undone-at-credentials', ({ faults }) => {
    faults.set('take credentials', 'refuses');
    return nothing;
  }),
  joinCase('undone-except-rights', ({ faults }) => {
    faults.set('take trial', 'answers never');
    faults.set('undo rights', 'refuses');
    return nothing;
  }),
  joinCase('cancelled', ({ faults }) => {
    const rights = faults.stopAt('take rights');
    return async (handle) => {
      await rights.reached;
      await handle.cancel();
      rights.goOn();
    };
  }),
  joinCase('edited', (world) => {
    const rights = world.faults.stopAt('take rights');
    return async (handle) => {
      await rights.reached;
      world.edit({ joinStatus: 'UNJOIN' });
      await handle.signal(changed, look);
      rights.goOn();
    };
  }),
  joinCase('edited-at-the-end', (world) => {
    const finish = world.faults.stopAt('finish the join');
    return async () => {
      await finish.reached;
      world.edit({ joinStatus: 'UNJOINING' });
      finish.goOn();
    };
  }),
];

const unjoinCase = clusterCases('unjoinCluster', unjoinId, () =>
  ClusterWorld.joined({ joinStatus: 'UNJOINING' }),
);
const UNJOIN: readonly Case[] = [
  unjoinCase('done', asItIs),
  unjoinCase('relocated', (world) => {
    world.workloads = { 'shop/web': 2 };
    return async (handle) => {
      await until('the wait', () => world.joined !== null);
      world.workloads = {};
      await handle.signal(changed, look);
    };
  }),
  unjoinCase('stayed', (world) => {
    world.workloads = { 'shop/web': 2 };
    return async (handle) => {
      await until('the wait', () => world.joined !== null);
      world.edit({ joinStatus: 'JOIN' });
      await handle.signal(changed, look);
    };
  }),
  unjoinCase('forced', (world) => {
    world.memberAnswers = false;
    return async (handle) => {
      await until('the wait', () => world.joined?.message.includes('waiting for it') === true);
      world.edit({ force: true });
      await handle.signal(changed, look);
    };
  }),
];

const debt = (kind: string, ownerUid: string) => ({ ...shop, kind, ownerUid });
const payCase = clusterCases('payDebt', payDebtId, () =>
  ClusterWorld.joined({ owed: [debt('Deployment', 'uid-of-web'), debt('Member', 'uid-1')] }),
);
const PAY: readonly Case[] = [
  payCase('of-a-member', (world) => {
    world.edit({ joinStatus: 'UNJOIN' });
    return nothing;
  }),
  payCase('joined-again', asItIs),
  payCase('gone-away-again', (world) => {
    world.memberAnswers = false;
    return nothing;
  }),
];

const renewCase = clusterCases('renewCredentials', renewId, () => ClusterWorld.joined());
const RENEW: readonly Case[] = [
  renewCase('renewed', asItIs),
  renewCase('failed', ({ faults }) => {
    faults.set('renew', 'refuses');
    return nothing;
  }),
];

const giveCase = clusterCases('giveAddresses', giveAddressesId, () =>
  ClusterWorld.joined({ addresses: '10.0.3.200-10.0.3.250' }),
);
const GIVE: readonly Case[] = [
  giveCase('given', asItIs),
  giveCase('taken', (world) => {
    world.pool = '10.0.3.200-10.0.3.250';
    world.edit({ addresses: null });
    return nothing;
  }),
  giveCase('refused', ({ faults }) => {
    faults.set('apply addresses', 'refuses');
    return nothing;
  }),
  giveCase('edited', (world) => {
    const applying = world.faults.stopAt('apply addresses');
    return async (handle) => {
      await applying.reached;
      world.edit({ addresses: '10.0.3.200-10.0.3.210' });
      await handle.signal(changed, look);
      applying.goOn();
    };
  }),
  giveCase('left-meanwhile', (world) => {
    const applying = world.faults.stopAt('apply addresses');
    return async () => {
      await applying.reached;
      world.edit({ joinStatus: 'UNJOINING' });
      applying.goOn();
    };
  }),
  giveCase('no-member', (world) => {
    world.edit({ joinStatus: 'UNJOIN' });
    return nothing;
  }),
];

export const CASES: readonly Case[] = [
  ...DEPLOYMENT,
  ...JOIN,
  ...UNJOIN,
  ...PAY,
  ...RENEW,
  ...GIVE,
];
