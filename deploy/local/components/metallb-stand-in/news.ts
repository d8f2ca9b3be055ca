/** What Events say of the state of things. Each is said once for as long as it stays true. */

import type { EventRecord } from '../../../../src/kubernetes/events.ts';
import {
  IP_ADDRESS_POOLS,
  METALLB_NAMESPACE,
  SERVICES,
} from '../../../../src/kubernetes/resources.ts';
import type { AnnouncingNode } from './announce.ts';
import type { Assignments } from './assign.ts';
import type { BrokenPool } from './pools.ts';
import type { ServiceFacts } from './services.ts';

export type News = Pick<EventRecord, 'regarding' | 'type' | 'reason' | 'message'>;

/** All that is true now, in the words and reasons of MetalLB. */
export function newsOf(state: {
  readonly services: readonly ServiceFacts[];
  readonly assignments: Assignments;
  /** By address. */
  readonly nodes: ReadonlyMap<string, AnnouncingNode>;
  readonly broken: readonly BrokenPool[];
}): News[] {
  const { addresses, problems } = state.assignments;
  return [
    ...state.services.flatMap((service) => {
      const problem = problems.get(service.key);
      const node = state.nodes.get(addresses.get(service.key) ?? '');
      return [
        ...(problem === undefined ? [] : [failed(service, problem)]),
        ...(node === undefined ? [] : [announcedFrom(service, node)]),
      ];
    }),
    ...state.broken.map(
      ({ name, uid, message }): News => ({
        regarding: { resource: IP_ADDRESS_POOLS, namespace: METALLB_NAMESPACE, name, uid },
        ...{ type: 'Warning', reason: 'InvalidPool', message },
      }),
    ),
  ];
}

export function allocated(service: ServiceFacts, address: string): News {
  return {
    regarding: regarding(service),
    ...{ type: 'Normal', reason: 'IPAllocated', message: `Assigned IP ["${address}"]` },
  };
}

/** Lets through what it was not given the time before. */
export class Unsaid {
  #said: ReadonlySet<string> = new Set();

  of(news: readonly News[]): News[] {
    const before = this.#said;
    const textOf = ({ regarding: { uid }, reason, message }: News): string =>
      `${uid} ${reason} ${message}`;
    this.#said = new Set(news.map(textOf));
    return news.filter((each) => !before.has(textOf(each)));
  }
}

function failed(service: ServiceFacts, problem: string): News {
  const message = `Failed to allocate IP for "${service.key}": ${problem}`;
  return {
    regarding: regarding(service),
    ...{ type: 'Warning', reason: 'AllocationFailed', message },
  };
}

function announcedFrom(service: ServiceFacts, { name }: AnnouncingNode): News {
  const message = `announcing from node "${name}" with protocol "layer2"`;
  return { regarding: regarding(service), ...{ type: 'Normal', reason: 'nodeAssigned', message } };
}

function regarding({ namespace, name, uid }: ServiceFacts): News['regarding'] {
  return { resource: SERVICES, namespace, name, uid };
}
