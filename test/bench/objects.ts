/** What the benchmark creates, and how it sees that it is there. */

import * as z from 'zod';
import { API_VERSION, OPENMCP_NAMESPACE } from '../../src/api/meta.ts';
import type { KubeClient, KubeObject } from '../../src/kubernetes/client.ts';
import { NAMESPACES, OPENMCP_CLUSTERS, type Resource } from '../../src/kubernetes/resources.ts';

export const NAMESPACE = 'bench';
const IMAGE = 'nginx:1';
export const NEXT_IMAGE = 'nginx:2';
/** One replica in each of two members. */
const REPLICAS = 2;

export function named(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}

export function ours(name: string): KubeObject {
  return {
    apiVersion: API_VERSION,
    kind: 'OpenMCPDeployment',
    metadata: { name, namespace: NAMESPACE },
    spec: { replicas: REPLICAS, labels: { app: name }, template: podTemplate(IMAGE) },
  };
}

/** `spec.template` of an OpenMCPDeployment. */
export function podTemplate(image: string): Record<string, unknown> {
  return { spec: { template: { spec: podSpec(image) } } };
}

/** What a member gets of it, as a plain client would write it. */
export function plainDeployment(name: string): KubeObject {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: NAMESPACE, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podSpec(IMAGE) },
    },
  };
}

function podSpec(image: string): Record<string, unknown> {
  const resources = { requests: { cpu: '1m', memory: '1Mi' } };
  return { terminationGracePeriodSeconds: 0, containers: [{ name: 'web', image, resources }] };
}

export async function prepare(clients: readonly KubeClient[]): Promise<void> {
  for (const client of clients) {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };
    await client.apply(NAMESPACES, namespace, { fieldManager: 'bench' });
  }
}

export async function isEmpty(client: KubeClient, resource: Resource): Promise<boolean> {
  return (await client.list(resource, { namespace: NAMESPACE })).items.length === 0;
}

const Conditions = z.object({
  conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
  observedGeneration: z.int().default(0),
});

function holds(object: KubeObject, type: string): boolean {
  const status = Conditions.safeParse(object['status']).data;
  return status?.conditions.some((each) => each.type === type && each.status === 'True') ?? false;
}

/** All replicas of the present generation are ready. */
export function isDone(object: KubeObject): boolean {
  const status = Conditions.safeParse(object['status']).data;
  return holds(object, 'Ready') && status?.observedGeneration === object.metadata.generation;
}

export async function isReady(hub: KubeClient, name: string): Promise<boolean> {
  const cluster = await hub.read(OPENMCP_CLUSTERS, { namespace: OPENMCP_NAMESPACE, name });
  return cluster !== null && holds(cluster, 'Ready');
}

export async function untilTrue(check: () => Promise<boolean>, timeoutMs = 600_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await check())) {
    if (Date.now() > end) throw new Error('gave up waiting');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
