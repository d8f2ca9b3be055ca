/**
 * Which node each address is announced from: one node for each, as MetalLB's layer 2 mode chooses it.
 *
 * The choice is a hash of node and address, so that a node that comes or goes moves few addresses.
 */

import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { KubeObject } from '../../../../src/kubernetes/object.ts';
import { compare } from './pools.ts';
import { parseAddress } from './ranges.ts';

const FAKE_NODE = 'kwok.x-k8s.io/node';
const EXCLUDED = 'node.kubernetes.io/exclude-from-external-load-balancers';
/** On every EndpointSlice of a Service. */
export const SERVICE_LABEL = 'kubernetes.io/service-name';

export interface AnnouncingNode {
  readonly name: string;
  readonly address: string;
}

/** The nodes of endpoints that serve; an empty name for one that is on none. */
export interface ServingNodes {
  readonly service: string;
  readonly nodes: readonly string[];
}

export interface Announced {
  /** Of the Service. */
  readonly key: string;
  readonly address: string;
  readonly local: boolean;
}

/** By address. One without an endpoint that serves, or without a node, is not announced. */
export function announce(world: {
  readonly announced: readonly Announced[];
  readonly nodes: readonly AnnouncingNode[];
  readonly endpoints: Iterable<ServingNodes>;
}): Map<string, AnnouncingNode> {
  const serving = new Map<string, Set<string>>();
  for (const { service, nodes } of world.endpoints) {
    const known = serving.get(service) ?? new Set();
    for (const node of nodes) known.add(node);
    serving.set(service, known);
  }
  const chosen = new Map<string, AnnouncingNode>();
  for (const { key, address, local } of world.announced) {
    const on = serving.get(key);
    if (on === undefined) continue;
    const nodes = local ? world.nodes.filter(({ name }) => on.has(name)) : world.nodes;
    const node = choose(nodes, address);
    if (node !== null) chosen.set(address, node);
  }
  return chosen;
}

function choose(nodes: readonly AnnouncingNode[], address: string): AnnouncingNode | null {
  const [first] = nodes
    .map((node) => ({ node, hash: hashOf(`${node.name}#${address}`) }))
    .toSorted((one, other) => compare(one.hash, other.hash));
  return first?.node ?? null;
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const Status = z.object({
  addresses: z.array(z.object({ type: z.string(), address: z.string() })).default([]),
  conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
});

/** `null`: nothing is announced from this node now. */
export function announcingNode(object: KubeObject): AnnouncingNode | null {
  const { name, annotations = {}, labels = {} } = object.metadata;
  if (FAKE_NODE in annotations || EXCLUDED in labels) return null;
  const { addresses, conditions } = Status.parse(object['status'] ?? {});
  const isTrue = (type: string): boolean =>
    conditions.some((condition) => condition.type === type && condition.status === 'True');
  if (!isTrue('Ready') || isTrue('NetworkUnavailable')) return null;
  const internal = addresses.find(
    ({ type, address }) => type === 'InternalIP' && parseAddress(address) !== null,
  );
  return internal === undefined ? null : { name, address: internal.address };
}

const flag = z.boolean().nullish();
const Endpoints = z
  .array(
    z.object({
      nodeName: z.string().nullish(),
      conditions: z.object({ ready: flag, serving: flag }).default({}),
    }),
  )
  .nullish();

/** `null`: no endpoint of the slice serves. */
export function servingNodes(object: KubeObject): ServingNodes | null {
  const { namespace = '', labels = {} } = object.metadata;
  const endpoints = Endpoints.parse(object['endpoints']) ?? [];
  const nodes = endpoints
    .filter(({ conditions: { serving, ready } }) => serving ?? ready ?? true)
    .map(({ nodeName }) => nodeName ?? '');
  if (nodes.length === 0) return null;
  return {
    service: `${namespace}/${labels[SERVICE_LABEL]}`,
    nodes: [...new Set(nodes)].toSorted(),
  };
}
