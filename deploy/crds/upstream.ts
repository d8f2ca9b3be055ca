/**
 * Takes the schemas of Kubernetes' own types out of its published OpenAPI document, so that ours can
 * embed them. Run after the pinned version of Kubernetes changes: `node deploy/crds/upstream.ts`.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

type Json = Record<string, unknown>;

const DEFINITIONS = [
  'io.k8s.api.core.v1.PodTemplateSpec',
  'io.k8s.api.core.v1.ServiceSpec',
  'io.k8s.api.core.v1.PersistentVolumeSpec',
  'io.k8s.api.core.v1.PersistentVolumeClaimSpec',
  'io.k8s.api.apps.v1.DeploymentStrategy',
  'io.k8s.api.apps.v1.StatefulSetSpec',
  'io.k8s.api.apps.v1.DaemonSetSpec',
  'io.k8s.api.batch.v1.JobSpec',
  'io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector',
];
/** What a template may say of its metadata: the rest is the API server's. */
const METADATA: Json = {
  type: 'object',
  properties: {
    name: {
      type: 'string',
      description: 'Its name, where the template is for something with one.',
    },
    namespace: { type: 'string', description: 'Its namespace.' },
    labels: {
      type: 'object',
      additionalProperties: { type: 'string' },
      description: 'Labels by key.',
    },
    annotations: {
      type: 'object',
      additionalProperties: { type: 'string' },
      description: 'Annotations by key.',
    },
    finalizers: {
      type: 'array',
      items: { type: 'string' },
      description: 'Who has to agree before it goes.',
    },
  },
};
const INT_OR_STRING: Json = {
  anyOf: [{ type: 'integer' }, { type: 'string' }],
  'x-kubernetes-int-or-string': true,
};
const SPECIAL: Readonly<Record<string, Json>> = {
  'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta': METADATA,
  'io.k8s.apimachinery.pkg.api.resource.Quantity': {
    ...INT_OR_STRING,
    pattern:
      '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$',
  },
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': INT_OR_STRING,
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': { type: 'string', format: 'date-time' },
};
/** Longer sentences are cut: a schema must fit into one object of the API server. */
const LONGEST_DESCRIPTION = 140;

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const module = execFileSync('go', ['list', '-m', '-f', '{{.Dir}}', 'k8s.io/kubernetes'], {
  cwd: here('../local/components/kubernetes'),
  encoding: 'utf8',
}).trim();
const document: { definitions: Record<string, Json> } = JSON.parse(
  readFileSync(join(module, 'api/openapi-spec/swagger.json'), 'utf8'),
);

const schemas: Record<string, unknown> = { ObjectMetaSubset: METADATA };
for (const name of DEFINITIONS) schemas[name] = resolve({ $ref: `#/definitions/${name}` });
writeFileSync(here('upstream/schemas.json'), `${JSON.stringify(schemas, null, 2)}\n`);

function resolve(schema: Json): Json {
  const { $ref: reference, description } = schema;
  if (typeof reference !== 'string') return inline(schema);
  const name = reference.slice('#/definitions/'.length);
  const found = SPECIAL[name] ?? inline(document.definitions[name] ?? {});
  return {
    ...found,
    ...(typeof description === 'string' && { description: firstSentence(description) }),
  };
}

function inline(schema: Json): Json {
  const kept: Json = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'description') kept[key] = firstSentence(String(value));
    else if (key === 'properties') kept[key] = mapped(value, resolve);
    else if (key === 'items' || key === 'additionalProperties') kept[key] = resolve(asJson(value));
    // Lists are atomic here: list-map keys would have to be required, and users leave some out.
    else if (!key.startsWith('x-kubernetes-')) kept[key] = value;
  }
  return kept;
}

function mapped(value: unknown, act: (schema: Json) => Json): Json {
  return Object.fromEntries(
    Object.entries(asJson(value)).map(([key, each]) => [key, act(asJson(each))]),
  );
}

function firstSentence(text: string): string {
  const sentence = /^[\s\S]*?[.:](?=\s|$)/.exec(text)?.[0] ?? text;
  return sentence.replaceAll(/\s+/g, ' ').trim().slice(0, LONGEST_DESCRIPTION);
}

function asJson(value: unknown): Json {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parts of a JSON document
  return value as Json;
}
