/** One CustomResourceDefinition from the definition of one kind. */

import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { type Kind, rules } from '../../src/api/kind.ts';

type Json = Record<string, unknown>;

const GROUP = 'openmcp.k8s.io';
const VERSION = 'v1alpha1';

const upstream: Record<string, Json> = z
  .record(z.string(), z.record(z.string(), z.unknown()))
  .parse(JSON.parse(readFileSync(new URL('upstream/schemas.json', import.meta.url), 'utf8')));

export function crdOf(kind: Kind): Json {
  const group = kind.group ?? GROUP;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${kind.plural}.${group}`,
      // Groups below k8s.io need this; the name is that of the original product.
      annotations: {
        'api-approved.kubernetes.io': 'unapproved, the group name of the original OpenMCP',
      },
    },
    spec: {
      group,
      scope: 'Namespaced',
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.kind.toLowerCase(),
        shortNames: kind.shortNames,
        categories: ['openmcp'],
      },
      versions: [
        {
          name: kind.version ?? VERSION,
          served: true,
          storage: true,
          subresources: { status: {}, ...(kind.scale !== undefined && { scale: kind.scale }) },
          additionalPrinterColumns: kind.columns.map(({ wide, ...column }) => ({
            ...column,
            ...(wide === true && { priority: 1 }),
          })),
          schema: { openAPIV3Schema: schemaOf(kind) },
        },
      ],
    },
  };
}

function schemaOf({ description, fields, rules: list = [] }: Kind): Json {
  const schema = structural(
    z.toJSONSchema(z.object(fields), {
      target: 'openapi-3.0',
      io: 'input',
      unrepresentable: 'any',
    }),
  );
  const own = {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { type: 'object' },
  };
  const required = Array.isArray(schema['required'])
    ? schema['required'].filter((name) => name !== 'status')
    : [];
  return {
    description,
    type: 'object',
    ...(required.length > 0 && { required }),
    properties: { ...own, ...asRecord(schema['properties']) },
    ...(list.length > 0 && rules(...list)),
  };
}

/** JSON Schema as zod writes it → a structural schema as the API server wants it. */
function structural(schema: Json): Json {
  const { 'x-openmcp-upstream': definition, description } = schema;
  if (typeof definition === 'string') return { ...embedded(definition), description };
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) {
    return { description, type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  }
  const kept: Json = {};
  for (const [key, value] of Object.entries(schema)) {
    if (DROPPED.has(key)) continue;
    if (key === 'properties') kept[key] = mapped(value);
    else if (key === 'items') kept[key] = structural(asRecord(value));
    else if (key === 'additionalProperties') {
      if (value !== false) kept[key] = structural(asRecord(value));
    } else kept[key] = value;
  }
  return intOrString(kept);
}

/** What zod adds and a structural schema may not have, or need not. */
const DROPPED = new Set(['propertyNames', '$schema', 'id']);
const SAFE = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];

function intOrString(schema: Json): Json {
  const { anyOf, ...rest } = schema;
  if (Array.isArray(anyOf)) {
    return {
      ...rest,
      anyOf: [{ type: 'integer' }, { type: 'string' }],
      'x-kubernetes-int-or-string': true,
    };
  }
  // The bounds that zod gives every integer say nothing.
  for (const bound of ['minimum', 'maximum']) {
    if (SAFE.some((limit) => limit === rest[bound])) delete rest[bound];
  }
  return rest;
}

function mapped(value: unknown): Json {
  return Object.fromEntries(
    Object.entries(asRecord(value)).map(([key, each]) => [key, structural(asRecord(each))]),
  );
}

/** A part of Kubernetes' own API, and what we ask more of it. */
function embedded(definition: string): Json {
  const schema = structuredClone(upstream[definition]);
  if (schema === undefined)
    throw new Error(`unknown definition ${definition}: see deploy/crds/upstream.ts`);
  const pod = find(schema, ['properties', 'spec', 'properties']);
  for (const list of ['containers', 'initContainers']) {
    const containers = pod && find(pod, [list]);
    if (containers) askOfContainers(containers, list);
  }
  return schema;
}

function askOfContainers(containers: Json, list: string): void {
  // Otherwise only the members would refuse it, each by itself.
  if (list === 'containers') containers['minItems'] = 1;
  const resources = find(containers, ['items', 'properties', 'resources', 'properties']);
  if (resources === null) return;
  resources['needs'] = {
    type: 'object',
    description: 'Hardware that a node must offer, by resource name.',
    additionalProperties: { type: 'boolean' },
  };
}

function find(schema: Json, path: readonly string[]): Json | null {
  let found: unknown = schema;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !(key in found)) return null;
    found = Reflect.get(found, key);
  }
  return typeof found === 'object' && found !== null ? asRecord(found) : null;
}

function asRecord(value: unknown): Json {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parts of a JSON document
  return (typeof value === 'object' && value !== null ? value : {}) as Json;
}
