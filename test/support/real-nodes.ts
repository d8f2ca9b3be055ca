/** Tests of what only processes in containers do: each in a namespace of its own in one member. */

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe } from '@jest/globals';
import * as z from 'zod';
import type { KubeObject } from '../../src/kubernetes/client.ts';
import { NAMESPACES, PODS, SERVICES } from '../../src/kubernetes/resources.ts';
import { commandsOf } from './commands.ts';
import { eventually } from './eventually.ts';
import { fleetFromEnvironment } from './fleet.ts';
import { useWorld, type World } from './hub.ts';

const isReal = fleetFromEnvironment().endpoints.nodes === 'real';

/** Skipped where pods are objects only: nothing answers, logs or keeps a file there. */
export const describeReal = isReal ? describe : describe.skip;

const Pod = z.object({
  metadata: z.object({ name: z.string() }),
  status: z.object({
    phase: z.string().default(''),
    reason: z.string().default(''),
    podIP: z.string().default(''),
    conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
    containerStatuses: z
      .array(
        z.object({
          name: z.string(),
          restartCount: z.int(),
          ready: z.boolean(),
          lastState: z.object({ terminated: z.object({ reason: z.string() }).optional() }),
        }),
      )
      .default([]),
  }),
});
export type Pod = z.infer<typeof Pod>;
const LoadBalanced = z.object({
  status: z.object({
    loadBalancer: z.object({ ingress: z.array(z.object({ ip: z.string() })).min(1) }),
  }),
});

export interface Member {
  readonly world: World;
  readonly namespace: string;
  /** Applies objects as `kubectl apply -f` does; those without a namespace get this one. */
  readonly apply: (...objects: readonly object[]) => Promise<void>;
  /** kubectl in that member and namespace; its output. */
  readonly kubectl: (...args: string[]) => Promise<string>;
  readonly pods: (selector: string) => Promise<Pod[]>;
  /** Pods of the selector, once there are `count` and all are ready. */
  readonly ready: (selector: string, count: number, timeoutMs?: number) => Promise<Pod[]>;
  /** The first address of a Service of type LoadBalancer, once it has one. */
  readonly address: (service: string, namespace?: string) => Promise<string>;
}

export function useMember(cluster: string): Member {
  const world = useWorld();
  const namespace = `real-${randomBytes(4).toString('hex')}`;
  const where = ['--context', cluster, '-n', namespace];
  const commands = commandsOf(fleetFromEnvironment());

  beforeAll(async () => {
    if (!isReal) return;
    const object: KubeObject = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    };
    await world.member(cluster).create(NAMESPACES, object);
  });
  afterAll(async () => {
    // Clients are closed by now.
    if (isReal) await commands.kubectl('delete', 'namespace', namespace, '--wait=false', ...where);
  });

  const pods = async (labelSelector: string) => {
    const { items } = await world.member(cluster).list(PODS, { namespace, labelSelector });
    return items.map((item) => Pod.parse(item));
  };
  return {
    world,
    namespace,
    pods,
    async apply(...items) {
      const list = { apiVersion: 'v1', kind: 'List', items };
      const { code, stderr } = await commands.kubectlIn(list, 'apply', ...where);
      if (code !== 0) throw new Error(`kubectl apply ended with ${code}: ${stderr}`);
    },
    kubectl: (...args) => {
      // What follows -- belongs to the pod.
      const end = args.indexOf('--');
      const [own, rest] = end < 0 ? [args, []] : [args.slice(0, end), args.slice(end)];
      return commands.kubectlOut(...own, ...where, ...rest);
    },
    ready: (selector, count, timeoutMs = 60_000) =>
      eventually(async () => {
        const found = await pods(selector);
        const isReady = ({ status }: Pod) =>
          status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True');
        const ready = found.filter(isReady);
        if (found.length !== count || ready.length !== count)
          throw new Error(`${ready.length} of ${found.length} pods of ${selector} are ready`);
        return ready;
      }, timeoutMs),
    address: (name, at = namespace) =>
      eventually(async () => {
        const found = await world.member(cluster).read(SERVICES, { namespace: at, name });
        const [first] = LoadBalanced.parse(found).status.loadBalancer.ingress;
        return first?.ip ?? '';
      }, 30_000),
  };
}
