/** What one member shows of all that the stand-in looks at; little is kept of each object. */

import { isDeepStrictEqual } from 'node:util';
import type { KubeClient } from '../../../../src/kubernetes/client.ts';
import {
  type Reflector,
  type ReflectorOptions,
  reflect,
} from '../../../../src/kubernetes/reflector.ts';
import {
  ENDPOINT_SLICES,
  IP_ADDRESS_POOLS,
  METALLB_NAMESPACE,
  NAMESPACES,
  NODES,
  SERVICES,
} from '../../../../src/kubernetes/resources.ts';
import {
  type AnnouncingNode,
  announcingNode,
  SERVICE_LABEL,
  type ServingNodes,
  servingNodes,
} from './announce.ts';
import { type Pool, poolOf } from './pools.ts';
import type { Labels } from './selectors.ts';
import { type ServiceFacts, serviceFacts } from './services.ts';

export interface Mirrors {
  readonly services: ReadonlyMap<string, ServiceFacts>;
  readonly pools: ReadonlyMap<string, Pool>;
  readonly nodes: ReadonlyMap<string, AnnouncingNode>;
  readonly endpoints: ReadonlyMap<string, ServingNodes>;
  readonly namespaces: ReadonlyMap<string, Labels>;
  /** All were listed once. Rejects if stopped before. */
  readonly synced: Promise<void>;
  stop(): Promise<void>;
}

export function mirrors(options: {
  readonly client: KubeClient;
  /** Something that matters changed. */
  readonly onChange: () => void;
  readonly onError: (error: unknown) => void;
}): Mirrors {
  const { client, onChange, onError } = options;
  const all: Reflector<unknown>[] = [];
  const follow = <T>(what: Pick<ReflectorOptions<T>, 'resource' | 'digest'> & Selection) => {
    const reflector = reflect<T>({
      ...what,
      client,
      onError,
      // Nodes tell every few minutes that they live, and Services change in much that is not ours.
      onChange({ type, object, before }) {
        if (type !== 'modified' || !isDeepStrictEqual(object, before)) onChange();
      },
    });
    all.push(reflector);
    return reflector.store;
  };
  return {
    services: follow({ resource: SERVICES, digest: serviceFacts }),
    pools: follow({ resource: IP_ADDRESS_POOLS, digest: poolOf, namespace: METALLB_NAMESPACE }),
    nodes: follow({ resource: NODES, digest: announcingNode }),
    endpoints: follow({
      resource: ENDPOINT_SLICES,
      digest: servingNodes,
      labelSelector: SERVICE_LABEL,
    }),
    namespaces: follow({
      resource: NAMESPACES,
      digest: ({ metadata }) => metadata.labels ?? {},
      metadataOnly: true,
    }),
    synced: Promise.all(all.map(({ synced }) => synced)).then(() => undefined),
    async stop() {
      await Promise.all(all.map((reflector) => reflector.stop()));
    },
  };
}

type Selection = Pick<ReflectorOptions<unknown>, 'namespace' | 'labelSelector' | 'metadataOnly'>;
