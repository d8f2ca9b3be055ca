import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { KubeClient } from '../../../src/kubernetes/client.ts';
import { NOT_YET_DRIVEN } from '../../../src/watcher/kinds.ts';
import { tellUnsupported } from '../../../src/watcher/unsupported.ts';
import { type Sandbox, sandbox } from '../../support/sandbox.ts';

let world: Sandbox;
beforeAll(async () => {
  world = await sandbox('openmcp');
});
afterAll(() => world.dispose());

it('has nothing to tell to a resource that was deleted before its status was written', async () => {
  const { client, namespace } = world;
  const services = NOT_YET_DRIVEN.filter(({ kind }) => kind === 'OpenMCPService');
  const { promise: written, resolve } = Promise.withResolvers<string>();
  const deletedFirst: KubeClient = {
    ...client,
    async apply(resource, object, options) {
      const { name } = object.metadata;
      if (object.metadata.namespace !== namespace) return object;
      await client.delete(resource, { namespace, name });
      return client.apply(resource, object, options).finally(() => resolve(name));
    },
  };
  const warnings: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => warnings.push(line) });
  const teller = tellUnsupported({ hub: deletedFirst, kinds: services, log });

  await client.create(services[0] ?? fail(), {
    apiVersion: 'openmcp.k8s.io/v1alpha1',
    kind: 'OpenMCPService',
    metadata: { namespace, name: 'short-lived' },
    spec: { labelselector: { app: 'web' }, template: { spec: {} } },
  });

  expect(await written).toBe('short-lived');
  await teller.stop();
  expect(warnings).toEqual([]);
});

function fail(): never {
  throw new Error('OpenMCPService is not among the kinds that are not driven yet');
}
