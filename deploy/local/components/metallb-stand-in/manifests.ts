/** What a member must hold for the stand-in: MetalLB's namespace and the CRDs that are honoured. */

import type { KubeObject } from '../../../../src/kubernetes/object.ts';
import {
  IP_ADDRESS_POOLS,
  L2_ADVERTISEMENTS,
  METALLB_NAMESPACE,
  type Resource,
} from '../../../../src/kubernetes/resources.ts';

type Schema = Readonly<Record<string, unknown>>;

/** In the order to apply them. */
export function manifests(): KubeObject[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: METALLB_NAMESPACE } },
    crd(IP_ADDRESS_POOLS, {
      description: 'Addresses that Services of type LoadBalancer may get.',
      spec: POOL_SPEC,
      columns: [
        { name: 'Auto Assign', type: 'boolean', jsonPath: '.spec.autoAssign' },
        { name: 'Avoid Buggy IPs', type: 'boolean', jsonPath: '.spec.avoidBuggyIPs' },
        { name: 'Addresses', type: 'string', jsonPath: '.spec.addresses' },
      ],
    }),
    crd(L2_ADVERTISEMENTS, {
      description:
        'Announces pools by layer 2. The stand-in announces every pool, with or without this.',
      spec: ADVERTISEMENT_SPEC,
      columns: [
        { name: 'IPAddressPools', type: 'string', jsonPath: '.spec.ipAddressPools' },
        { name: 'Interfaces', type: 'string', jsonPath: '.spec.interfaces', priority: 10 },
      ],
    }),
  ];
}

const text = (description: string): Schema => ({ type: 'string', description });
const texts = (description: string): Schema => ({
  type: 'array',
  description,
  items: { type: 'string' },
});
const selectors = (description: string): Schema => ({
  type: 'array',
  description,
  items: {
    type: 'object',
    description: 'An empty selector selects everything; several requirements must all be met.',
    properties: {
      matchLabels: {
        type: 'object',
        description: 'Labels with the value each must have.',
        additionalProperties: { type: 'string' },
      },
      matchExpressions: {
        type: 'array',
        description: 'Requirements to labels.',
        items: {
          type: 'object',
          required: ['key', 'operator'],
          properties: {
            key: text('The label.'),
            operator: {
              ...text('In, NotIn, Exists or DoesNotExist.'),
              enum: ['In', 'NotIn', 'Exists', 'DoesNotExist'],
            },
            values: texts('Values for In and NotIn.'),
          },
        },
      },
    },
  },
});

const POOL_SPEC: Schema = {
  type: 'object',
  required: ['addresses'],
  properties: {
    addresses: texts('Each a CIDR, 198.51.100.0/24, or a range, 198.51.100.10-198.51.100.20.'),
    autoAssign: {
      type: 'boolean',
      default: true,
      description: 'False: only Services that ask for this pool, or for an address of it, get one.',
    },
    avoidBuggyIPs: {
      type: 'boolean',
      default: false,
      description: 'Leaves out addresses that end in .0 or .255.',
    },
    serviceAllocation: {
      type: 'object',
      description: 'Keeps the pool for some Services, which then prefer it to pools for all.',
      properties: {
        priority: {
          type: 'integer',
          description: 'Of several pools for a Service the lowest comes first; without one, last.',
        },
        namespaces: texts('Namespaces of these Services.'),
        namespaceSelectors: selectors('Selectors of such namespaces, beside those named.'),
        serviceSelectors: selectors('Selectors of these Services: one must select it.'),
      },
    },
  },
};

const ADVERTISEMENT_SPEC: Schema = {
  type: 'object',
  properties: {
    ipAddressPools: texts('The pools to announce; all if none is named or selected.'),
    ipAddressPoolSelectors: selectors('Selectors of pools to announce.'),
    nodeSelectors: selectors('Selectors of nodes to announce from.'),
    interfaces: texts('Network interfaces to announce on.'),
  },
};

function crd(
  resource: Resource,
  shape: { description: string; spec: Schema; columns: readonly Schema[] },
): KubeObject {
  const { group, version, plural, kind } = resource;
  const schema = {
    type: 'object',
    description: shape.description,
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: shape.spec,
      status: { type: 'object' },
    },
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: shape.columns,
          schema: { openAPIV3Schema: schema },
        },
      ],
    },
  };
}
