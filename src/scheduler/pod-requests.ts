/** What a pod takes from its node: requests, host ports and quality of service. */

import type { HostPort, ResourceAmounts, Workload } from '../api/workload.ts';
import {
  at,
  entries,
  type Field,
  isAbsent,
  items,
  optionalCount,
  optionalText,
  rejected,
} from './field.ts';
import { parseAmount } from './quantity.ts';

export interface PodUse {
  readonly requests: ResourceAmounts;
  readonly hostPorts: readonly HostPort[];
  readonly qos: Workload['qos'];
}

/** `spec` is a PodSpec. A request that is not given is its limit, as the API server has it. */
export function podUse(spec: Field): PodUse {
  const containers = items(at(spec, 'containers'));
  const inits = items(at(spec, 'initContainers'));
  return {
    requests: podRequests(spec, containers, inits),
    hostPorts: hostPortsOf(spec, [...containers, ...inits.filter(isSidecar)]),
    qos: qosOf(spec, [...containers, ...inits]),
  };
}

/** Resources that a pod may state as a whole (`spec.resources`), instead of its containers. */
const POD_LEVEL = /^(cpu|memory|hugepages-.+)$/;

/**
 * The rule of Kubernetes: containers and sidecars run together; an init container runs alone with
 * the sidecars that started before it; a pod needs the larger of both, and its overhead.
 */
function podRequests(
  spec: Field,
  containers: readonly Field[],
  inits: readonly Field[],
): ResourceAmounts {
  const running = new Map<string, number>();
  const sidecars = new Map<string, number>();
  const starting = new Map<string, number>();
  for (const container of containers) add(running, requestsOf(container));
  for (const init of inits) {
    const requests = requestsOf(init);
    if (isSidecar(init)) {
      add(running, requests);
      add(sidecars, requests);
    } else {
      const alone = new Map(requests);
      add(alone, sidecars);
      raise(starting, alone);
    }
  }
  raise(running, starting);
  for (const [name, amount] of wholePod(spec, running)) running.set(name, amount);
  add(running, amountsOf(at(spec, 'overhead')));
  return Object.fromEntries(running);
}

/** What `spec.resources` sets; its limits count only where no container asks for anything. */
function wholePod(spec: Field, running: ReadonlyMap<string, number>): Map<string, number> {
  const stated = new Map<string, number>();
  const resources = at(spec, 'resources');
  for (const [name, amount] of amountsOf(at(resources, 'limits'))) {
    if (POD_LEVEL.test(name) && !running.has(name)) stated.set(name, amount);
  }
  for (const [name, amount] of amountsOf(at(resources, 'requests'))) {
    if (POD_LEVEL.test(name)) stated.set(name, amount);
  }
  return stated;
}

/** An init container that keeps running beside the others. */
function isSidecar(container: Field): boolean {
  return optionalText(at(container, 'restartPolicy')) === 'Always';
}

function requestsOf(container: Field): Map<string, number> {
  const resources = at(container, 'resources');
  const requests = amountsOf(at(resources, 'limits'));
  for (const [name, amount] of amountsOf(at(resources, 'requests'))) requests.set(name, amount);
  return requests;
}

/** A map of quantities, in the unit that the scheduler counts in. */
export function amountsOf(field: Field): Map<string, number> {
  const amounts = new Map<string, number>();
  for (const [name, value] of entries(field)) amounts.set(name, amountOf(name, value));
  return amounts;
}

function amountOf(resource: string, field: Field): number {
  const { value } = field;
  const text = typeof value === 'number' ? String(value) : value;
  const amount = typeof text === 'string' ? parseAmount(resource, text) : null;
  if (amount === null) throw rejected(field, 'a quantity like 500m, 2 or 1Gi');
  if (amount < 0) throw rejected(field, 'no less than 0');
  return amount;
}

function add(total: Map<string, number>, amounts: ReadonlyMap<string, number>): void {
  for (const [name, amount] of amounts) total.set(name, (total.get(name) ?? 0) + amount);
}

function raise(total: Map<string, number>, amounts: ReadonlyMap<string, number>): void {
  for (const [name, amount] of amounts) total.set(name, Math.max(total.get(name) ?? 0, amount));
}

/** With `hostNetwork` every port of a container is a port of the node. */
function hostPortsOf(spec: Field, containers: readonly Field[]): readonly HostPort[] {
  const onHost = at(spec, 'hostNetwork').value === true;
  const ports = containers.flatMap((container) => items(at(container, 'ports')));
  return ports.flatMap((port) => {
    const own = optionalCount(at(port, 'hostPort'), 0) ?? 0;
    const shared = onHost ? (optionalCount(at(port, 'containerPort'), 0) ?? 0) : 0;
    const number = own > 0 ? own : shared;
    if (number === 0) return [];
    const protocol = optionalText(at(port, 'protocol')) ?? 'TCP';
    return [{ port: number, protocol, hostIp: optionalText(at(port, 'hostIP')) ?? '' }];
  });
}

const COMPUTE = ['cpu', 'memory'];

/** Only cpu and memory count; a pod that states its resources as a whole is judged by those. */
function qosOf(spec: Field, containers: readonly Field[]): Workload['qos'] {
  const judged = isAbsent(at(spec, 'resources')) ? containers : [spec];
  const pairs = judged.flatMap((one) => {
    const limits = amountsOf(at(one, 'resources', 'limits'));
    const requests = requestsOf(one);
    return COMPUTE.map((name) => [requests.get(name) ?? 0, limits.get(name) ?? 0] as const);
  });
  if (pairs.every(([request, limit]) => request === 0 && limit === 0)) return 'BestEffort';
  const bounded = pairs.every(([request, limit]) => limit > 0 && request === limit);
  return bounded ? 'Guaranteed' : 'Burstable';
}
