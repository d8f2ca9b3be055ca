/** What e2e tests make on the hub, and what they see of it there and in the members. */

import { afterAll, beforeAll } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import * as z from 'zod';
import { API_VERSION } from '../../src/api/meta.ts';
import type { KubeClient, KubeObject } from '../../src/kubernetes/client.ts';
import {
  DEPLOYMENTS,
  NAMESPACES,
  OPENMCP_DEPLOYMENTS,
  type Resource,
} from '../../src/kubernetes/resources.ts';
import { type Commands, commandsOf } from './commands.ts';
import { eventually } from './eventually.ts';
import { clientOf, type Fleet, fleetFromEnvironment } from './fleet.ts';

const text = z.string().default('');
const Status = z.object({
  observedGeneration: z.int().default(0),
  replicas: z.int().default(0),
  readyReplicas: z.int().default(0),
  clusterMaps: z.record(z.string(), z.int()).default({}),
  clusters: z
    .array(z.looseObject({ name: z.string(), outcome: z.string().optional() }))
    .default([]),
  conditions: z
    .array(z.object({ type: z.string(), status: z.string(), reason: text, message: text }))
    .default([]),
  workflow: z.object({ id: z.string(), runId: z.string() }).optional(),
});
export type Status = z.infer<typeof Status>;
const Spec = z.looseObject({ replicas: z.int().default(0) });

export interface World {
  readonly fleet: Fleet;
  readonly commands: Commands;
  readonly hub: KubeClient;
  member(name: string): KubeClient;
  readonly temporal: Client;
  /**
   * Runs `act` while a component is stopped, and starts it again whatever happens. `crash`: at
   * once, while its last seconds would be noticed otherwise.
   */
  without(component: string, act: () => Promise<void>, how?: 'stop' | 'crash'): Promise<void>;
  /** The status of an OpenMCPDeployment, defaults filled in. */
  status(namespace: string, name: string): Promise<Status>;
  /** Replicas that the Deployment of that name wants in each member; members without it are left out. */
  replicas(namespace: string, name: string): Promise<Record<string, number>>;
  /** Waits until its status says that all is placed, synced and ready at its present generation. */
  converged(namespace: string, name: string, timeoutMs?: number): Promise<Status>;
}

/** Clients of a whole test file; the namespaces of `namespaces` are made before and removed after it. */
export function useWorld(...namespaces: string[]): World {
  const open: { world?: Pick<World, 'fleet' | 'commands' | 'hub' | 'temporal'> } = {};
  const members = new Map<string, KubeClient>();
  const opened = () => {
    if (open.world === undefined) throw new Error('the world is there once the tests run');
    return open.world;
  };

  beforeAll(async () => {
    const fleet = fleetFromEnvironment();
    const hub = await clientOf(fleet, 'openmcp');
    for (const name of fleet.members()) members.set(name, await clientOf(fleet, name));
    const { address, namespace } = fleet.endpoints.temporal;
    const connection = await Connection.connect({ address });
    const temporal = new Client({ connection, namespace });
    open.world = { fleet, commands: commandsOf(fleet), hub, temporal };
    for (const name of namespaces) {
      const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
      await hub.apply(NAMESPACES, object, { fieldManager: 'e2e' });
    }
  });
  afterAll(async () => {
    const { hub, temporal } = opened();
    for (const name of namespaces) await emptied(hub, name);
    for (const name of namespaces) {
      for (const client of [hub, ...members.values()]) await client.delete(NAMESPACES, { name });
    }
    await Promise.all([hub, ...members.values()].map((client) => client.close()));
    await temporal.connection.close();
  }, 120_000);

  const world: World = {
    get fleet() {
      return opened().fleet;
    },
    get commands() {
      return opened().commands;
    },
    get hub() {
      return opened().hub;
    },
    get temporal() {
      return opened().temporal;
    },
    member(name) {
      const client = members.get(name);
      if (client === undefined) throw new Error(`the fleet has no member ${name}`);
      return client;
    },
    async without(component, act, how = 'stop') {
      const { control } = opened().fleet;
      await control[how](component);
      try {
        await act();
      } finally {
        await control.start(component);
      }
    },
    async status(namespace, name) {
      const found = await opened().hub.read(OPENMCP_DEPLOYMENTS, { namespace, name });
      return Status.parse(found?.['status'] ?? {});
    },
    async replicas(namespace, name) {
      const found = await Promise.all(
        [...members].map(async ([cluster, client]) => {
          const child = await client.read(DEPLOYMENTS, { namespace, name });
          return child === null ? [] : [[cluster, Spec.parse(child['spec']).replicas] as const];
        }),
      );
      return Object.fromEntries(found.flat());
    },
    converged: (namespace, name, timeoutMs = 30_000) =>
      eventually(async () => {
        const found = await opened().hub.read(OPENMCP_DEPLOYMENTS, { namespace, name });
        const status = Status.parse(found?.['status'] ?? {});
        if (found === null || !isConverged(found, status)) {
          throw new Error(`${namespace}/${name} is not converged: ${JSON.stringify(status)}`);
        }
        return status;
      }, timeoutMs),
  };
  return world;
}

function isConverged({ metadata }: KubeObject, status: Status): boolean {
  const holds = (type: string) =>
    status.conditions.some((each) => each.type === type && each.status === 'True');
  return (
    status.observedGeneration === metadata.generation && ['Placed', 'Synced', 'Ready'].every(holds)
  );
}

/** Resources go before their namespace: a namespace that ends takes them away in any order. */
async function emptied(hub: KubeClient, namespace: string): Promise<void> {
  const list = async () => (await hub.list(OPENMCP_DEPLOYMENTS, { namespace })).items;
  for (const { metadata } of await list()) {
    await hub.delete(OPENMCP_DEPLOYMENTS, { namespace, name: metadata.name });
  }
  await eventually(async () => {
    const left = await list();
    if (left.length > 0) throw new Error(`${left.length} are left in ${namespace}`);
  }, 60_000);
}

/** Of a pod: beside real nodes, simulated ones are for those who ask for them. */
export const ON_SIMULATED_NODES = {
  nodeSelector: { type: 'kwok' },
  tolerations: [{ key: 'kwok.x-k8s.io/node', operator: 'Exists' }],
};

/** An OpenMCPDeployment of small pods; `spec` and `pod` add to it. */
export function openmcpDeployment(
  ref: { readonly namespace: string; readonly name: string },
  options: {
    readonly replicas?: number;
    readonly cpu?: string;
    readonly spec?: Readonly<Record<string, unknown>>;
    readonly annotations?: Readonly<Record<string, string>>;
    /** On simulated nodes, whatever others there are: more pods than a machine can run. */
    readonly simulated?: boolean;
  } = {},
): KubeObject {
  const { replicas = 2, cpu = '10m', spec = {}, annotations = {}, simulated = false } = options;
  const container = {
    name: 'web',
    image: 'nginx:1',
    resources: { requests: { cpu, memory: '8Mi' } },
  };
  const pod = {
    terminationGracePeriodSeconds: 0,
    containers: [container],
    ...(simulated && ON_SIMULATED_NODES),
  };
  return {
    apiVersion: API_VERSION,
    kind: OPENMCP_DEPLOYMENTS.kind,
    metadata: { ...ref, annotations },
    spec: {
      replicas,
      labels: { app: ref.name },
      template: { spec: { template: { spec: pod } } },
      ...spec,
    },
  };
}

export async function exists(
  client: KubeClient,
  resource: Resource,
  ref: { readonly namespace?: string; readonly name: string },
): Promise<boolean> {
  return (await client.read(resource, ref)) !== null;
}
