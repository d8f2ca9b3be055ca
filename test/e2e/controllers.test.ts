/** The controller's own life: a restart makes no work, and a second one takes over. */

import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import * as z from 'zod';
import { OPENMCP_NAMESPACE } from '../../src/api/meta.ts';
import { LEASES } from '../../src/kubernetes/resources.ts';
import { deploymentsOf } from '../support/deployments.ts';
import { eventually } from '../support/eventually.ts';
import { openmcpDeployment, useWorld } from '../support/hub.ts';

const NAMESPACE = 'controllers';
const world = useWorld(NAMESPACE);
const { at, create, converged } = deploymentsOf(world, NAMESPACE);
const SETTLED = 500;

const Lease = z.object({ spec: z.object({ holderIdentity: z.string().default('') }) });

async function leader(): Promise<string> {
  const ref = { namespace: OPENMCP_NAMESPACE, name: 'openmcp-controller' };
  return Lease.parse(await world.hub.read(LEASES, ref)).spec.holderIdentity;
}

/** Runs of workflows about deployments of this suite, ended ones included. */
async function runs(): Promise<number> {
  const query = `OpenMcpNamespace = '${NAMESPACE}'`;
  return (await world.temporal.workflow.count(query)).count;
}

it('a restart with 500 settled deployments starts no workflow', async () => {
  const names = Array.from({ length: SETTLED }, (_, index) => `settled-${index}`);
  for (const name of names)
    await create(openmcpDeployment(at(name), { replicas: 1, cpu: '1m', simulated: true }));
  for (const name of names) await converged(name, 180_000);
  await eventually(async () => {
    const open = `OpenMcpNamespace = '${NAMESPACE}' AND ExecutionStatus = 'Running'`;
    expect((await world.temporal.workflow.count(open)).count).toBe(0);
  }, 60_000);
  const before = await runs();
  const first = await leader();

  await world.fleet.control.kill('controller');
  await eventually(async () => expect(await leader()).not.toBe(first), 30_000);

  // What it finds comes before what is new: once this one is placed, all have been looked at.
  await create(openmcpDeployment(at('new'), { replicas: 1, cpu: '1m' }));
  await converged('new', 60_000);
  await eventually(async () => expect(await runs()).toBeGreaterThan(before));
  expect(await runs()).toBe(before + 1);
}, 600_000);

/** A second replica, told what the first one was told. */
async function secondController(identity: string): Promise<ChildProcess> {
  const pid = await world.fleet.pid('controller');
  const list = (name: string) =>
    readFileSync(`/proc/${pid}/${name}`, 'utf8')
      .split('\0')
      .filter((text) => text !== '');
  const [command = '', ...args] = list('cmdline');
  const pairs = list('environ').map((pair): [string, string] => {
    const [name = '', ...value] = pair.split('=');
    return [name, value.join('=')];
  });
  const env = { ...Object.fromEntries(pairs), OPENMCP_IDENTITY: identity };
  return spawn(command, args, { env, stdio: 'ignore' });
}

it('a second one waits, and takes over when the first one goes', async () => {
  const first = await leader();
  const second = await secondController('second');
  const exited = new Promise((resolve) => second.once('exit', resolve));
  try {
    await create(openmcpDeployment(at('with-two')));
    await converged('with-two');
    expect(await leader()).toBe(first);

    await world.without('controller', async () => {
      await eventually(async () => expect(await leader()).toMatch(/^second/), 30_000);
      await create(openmcpDeployment(at('with-the-second')));
      await converged('with-the-second', 60_000);
    });
  } finally {
    second.kill('SIGKILL');
    await exited;
  }

  await eventually(async () => expect(await leader()).not.toMatch(/^second/), 30_000);
  await create(openmcpDeployment(at('with-one')));
  await converged('with-one', 60_000);
}, 240_000);
