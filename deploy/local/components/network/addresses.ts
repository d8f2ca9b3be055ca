/**
 * The addresses inside the namespaces of a fleet of real nodes.
 *
 *   198.18.0.0/15   set apart for tests of networks (RFC 2544), in 8 blocks of /18, one a fleet
 *   block           16 parts of /22: the first links the fleet to the host, each other is a member's
 *   member          .0.1 its API server, .0.2… nodes, .0.128/25 LoadBalancer addresses, .1.0–.3.255 pods, /26 a node
 */

export const BLOCKS = 8;
export const MOST_REAL_MEMBERS = 15;
export const MOST_REAL_NODES = 12;
/** Pods of a node: its /26 has 61 addresses for them, and one that ends keeps its own for a while. */
export const MOST_PODS = 55;

export interface NodePlace {
  readonly name: string;
  readonly address: string;
  /** Its pods', as CIDR. */
  readonly pods: string;
}

/** Where a member is within the fleet's network. */
export interface InnerPlace {
  /** Of its API server. */
  readonly api: string;
  readonly loadBalancers: { readonly from: string; readonly to: string };
  readonly nodes: readonly NodePlace[];
}

const address = (block: number, part: number, host: number): string =>
  `198.${18 + (block >> 2)}.${(block % 4) * 64 + part}.${host}`;

/** The link between the host and the fleet: what is routed through it, and both of its ends. */
export function linkOf(block: number) {
  return {
    name: `openmcp${block}`,
    range: `${address(block, 0, 0)}/18`,
    host: address(block, 0, 1),
    router: address(block, 0, 2),
  };
}

/** `index`: of the member, from 0. */
export function innerPlace(
  block: number,
  index: number,
  member: string,
  nodes: number,
): InnerPlace {
  const part = 4 * (index + 1);
  return {
    api: address(block, part, 1),
    // Neither the network's own nor the broadcast address.
    loadBalancers: { from: address(block, part, 129), to: address(block, part, 254) },
    nodes: Array.from({ length: nodes }, (_, node) => ({
      name: `${member}-node-${node}`,
      address: address(block, part, 2 + node),
      pods: `${address(block, part + 1 + (node >> 2), (node % 4) * 64)}/26`,
    })),
  };
}
