import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import {
  claimOf,
  type HubDeployments,
  hubDeployments,
} from '../../../activities/hub/deployments.ts';
import { ErrorCode } from '../../../src/api/errors.ts';
import { API_VERSION } from '../../../src/api/meta.ts';
import type { FoundDeployment } from '../../../src/api/reading.ts';
import { OPENMCP_DEPLOYMENTS } from '../../../src/kubernetes/resources.ts';
import { workloadOf } from '../../../src/scheduler/requirements.ts';
import { type Sandbox, sandbox } from '../../support/sandbox.ts';

let world: Sandbox;
let deployments: HubDeployments;

beforeAll(async () => {
  world = await sandbox('openmcp');
  const inActivity = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  const remember = () => undefined;
  const real = hubDeployments({ hub: world.client, parse: workloadOf, remember });
  deployments = {
    read: (ref) => inActivity.run(() => real.read(ref)),
    claim: (ref, of, claimed) => inActivity.run(() => real.claim(ref, of, claimed)),
  };
});
afterAll(() => world.dispose());

/** Wants no replicas, so that no workflow claims anything for it. */
async function made(name: string) {
  const { client, namespace } = world;
  const containers = [{ name: 'web', image: 'nginx' }];
  await client.create(OPENMCP_DEPLOYMENTS, {
    apiVersion: API_VERSION,
    kind: 'OpenMCPDeployment',
    metadata: { namespace, name },
    spec: {
      replicas: 0,
      labels: { app: name },
      template: { spec: { template: { spec: { containers } } } },
    },
  });
  return { namespace, name };
}

async function found(ref: { namespace: string; name: string }): Promise<FoundDeployment> {
  const resource = await deployments.read(ref);
  if (resource === null) throw new Error(`there is no ${ref.name}`);
  return resource;
}

it('refuses a claim for what was read before somebody changed it', async () => {
  const ref = await made('changed');
  const { reading, version } = await found(ref);
  const change = { metadata: { labels: { team: 'web' } } };
  await world.client.patch(OPENMCP_DEPLOYMENTS, ref, change, { type: 'merge' });

  const late = deployments.claim(ref, { uid: reading.uid, version }, { cluster1: 1 });

  await expect(late).rejects.toMatchObject({ code: ErrorCode.Conflict });
  const now = await world.client.read(OPENMCP_DEPLOYMENTS, ref);
  expect(now && claimOf(now)).toEqual({});
});

it('says that a resource is gone when another one has its name', async () => {
  const ref = await made('another');
  const claim = deployments.claim(ref, { uid: 'of-the-one-before' }, { cluster1: 1 });
  await expect(claim).rejects.toMatchObject({ code: ErrorCode.NotFound });
});
