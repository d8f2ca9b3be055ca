/** Services and pools as the stand-in reads them, with only what a test is about. */

import { type Pool, poolOf } from '../../../../deploy/local/components/metallb-stand-in/pools.ts';
import {
  type ServiceFacts,
  serviceFacts,
} from '../../../../deploy/local/components/metallb-stand-in/services.ts';
import type { KubeObject } from '../../../../src/kubernetes/object.ts';

export interface ServiceChange {
  readonly namespace?: string;
  /** Hours; the oldest is 0. */
  readonly created?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: object;
  readonly shown?: string | null;
}

export function serviceObject(name: string, change: ServiceChange = {}): KubeObject {
  const { namespace = 'shop', created = 0, labels = {}, annotations = {}, spec, shown } = change;
  const ingress = shown === undefined || shown === null ? [] : [{ ip: shown, ipMode: 'VIP' }];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      ...{ name, namespace, labels, annotations, uid: `uid-${namespace}-${name}` },
      resourceVersion: '1',
      creationTimestamp: `2026-01-01T${String(created).padStart(2, '0')}:00:00Z`,
    },
    spec: { type: 'LoadBalancer', ...spec },
    status: { loadBalancer: { ingress } },
  };
}

export function service(name: string, change: ServiceChange = {}): ServiceFacts {
  const facts = serviceFacts(serviceObject(name, change));
  if (facts === null) throw new Error(`${name} is no business of the stand-in`);
  return facts;
}

export function poolObject(name: string, spec: object, created = 0): KubeObject {
  return {
    apiVersion: 'metallb.io/v1beta1',
    kind: 'IPAddressPool',
    metadata: {
      ...{ name, namespace: 'metallb-system', uid: `uid-${name}`, resourceVersion: '1' },
      creationTimestamp: `2026-01-01T${String(created).padStart(2, '0')}:00:00Z`,
    },
    spec,
  };
}

export const pool = (name: string, spec: object, created = 0): Pool =>
  poolOf(poolObject(name, spec, created));
