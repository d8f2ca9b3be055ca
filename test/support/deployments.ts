/** OpenMCPDeployments of one namespace, made and looked at by tests. */

import { expect } from '@jest/globals';
import type { KubeObject } from '../../src/kubernetes/client.ts';
import { OPENMCP_DEPLOYMENTS } from '../../src/kubernetes/resources.ts';
import { eventually } from './eventually.ts';
import { exists, type Status, type World } from './hub.ts';

export function deploymentsOf(world: World, namespace: string) {
  const at = (name: string) => ({ namespace, name });
  return {
    at,
    create: (object: KubeObject) => world.hub.create(OPENMCP_DEPLOYMENTS, object),
    change: (name: string, body: object) =>
      world.hub.patch(OPENMCP_DEPLOYMENTS, at(name), body, { type: 'merge' }),
    remove: (name: string) => world.hub.delete(OPENMCP_DEPLOYMENTS, at(name)),
    gone: (name: string, timeoutMs = 30_000) =>
      eventually(async () => {
        expect(await exists(world.hub, OPENMCP_DEPLOYMENTS, at(name))).toBe(false);
      }, timeoutMs),
    converged: (name: string, timeoutMs?: number) => world.converged(namespace, name, timeoutMs),
    status: (name: string) => world.status(namespace, name),
    replicas: (name: string) => world.replicas(namespace, name),
    /** Replicas in the members come to be these, and what the resource says of itself agrees. */
    comesTo: async (name: string, replicas: Readonly<Record<string, number>>): Promise<Status> => {
      await eventually(
        async () => expect(await world.replicas(namespace, name)).toEqual(replicas),
        60_000,
      );
      return world.converged(namespace, name);
    },
  };
}

/** A change of the only container. */
export const container = (fields: object) => ({
  spec: {
    template: { spec: { template: { spec: { containers: [{ name: 'web', ...fields }] } } } },
  },
});
