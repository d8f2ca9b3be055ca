import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { KINDS } from '../../../src/api/kinds.ts';
import { CRDS } from '../../../src/kubernetes/resources.ts';
import { type Commands, commandsOf } from '../../support/commands.ts';
import { fleetFromEnvironment } from '../../support/fleet.ts';
import { type Sandbox, sandbox } from '../../support/sandbox.ts';
import { asker } from './smallest.ts';

interface Schema {
  readonly description?: string | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly items?: Schema | undefined;
  readonly additionalProperties?: Schema | undefined;
}
const Schema: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    description: z.string().optional(),
    properties: z.record(z.string(), Schema).optional(),
    items: Schema.optional(),
    additionalProperties: Schema.optional(),
  }),
);
const Version = z.object({
  subresources: z.object({ status: z.object({}) }),
  additionalPrinterColumns: z.array(
    z.object({ name: z.string(), jsonPath: z.string(), description: z.string() }),
  ),
  schema: z.object({ openAPIV3Schema: Schema }),
});
const Crd = z.object({
  spec: z.object({
    names: z.object({ shortNames: z.array(z.string()).default([]) }),
    versions: z.tuple([Version]),
  }),
  status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })) }),
});

let world: Sandbox;
let commands: Commands;
const served = new Map<string, z.infer<typeof Crd>>();

beforeAll(async () => {
  world = await sandbox('openmcp');
  commands = commandsOf(fleetFromEnvironment());
  const { items } = await world.client.list(CRDS);
  for (const { kind, plural, group = 'openmcp.k8s.io' } of KINDS) {
    const found = items.find(({ metadata }) => metadata.name === `${plural}.${group}`);
    served.set(kind, Crd.parse(found));
  }
});
afterAll(() => world.dispose());

function crdOf(kind: string) {
  const found = served.get(kind);
  if (found === undefined) throw new Error(`the hub does not serve ${kind}`);
  const [version] = found.spec.versions;
  const { shortNames } = found.spec.names;
  return { ...version, shortNames, conditions: found.status.conditions, schema: schemaOf(version) };
}

const schemaOf = ({ schema }: z.infer<typeof Version>) => schema.openAPIV3Schema;

const DESCRIBED_BY_KUBERNETES = new Set(['apiVersion', 'kind', 'metadata']);

describe.each(KINDS.map(({ kind }) => kind))('%s', (kind) => {
  it('is established under its names', () => {
    expect(crdOf(kind).conditions).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'Established', status: 'True' }),
        expect.objectContaining({ type: 'NamesAccepted', status: 'True' }),
      ]),
    );
  });

  it('is accepted in its smallest form, and its status is not for users to write', async () => {
    const created = await asker(world)(kind, { status: { conditions: [] } });

    expect(created).toMatchObject({ kind, metadata: { name: 'tried' } });
    expect(created).not.toHaveProperty('status');
  });

  it('has columns that show what is there, and its age last', () => {
    const { additionalPrinterColumns: columns, schema } = crdOf(kind);

    const astray = columns.filter(({ jsonPath }) => !leadsSomewhere(schema, jsonPath));
    expect(astray).toEqual([]);
    expect(columns.length).toBeGreaterThan(1);
    expect(columns.at(-1)).toMatchObject({ name: 'Age' });
  });

  it('describes every field', () => {
    const own = Object.entries(crdOf(kind).schema.properties ?? {}).filter(
      ([name]) => !DESCRIBED_BY_KUBERNETES.has(name),
    );

    expect(own).not.toEqual([]);
    expect(undescribed({ properties: Object.fromEntries(own) }, '')).toEqual([]);
  });
});

/** KubeFed gave its own kind none. */
const ours = KINDS.filter(({ group }) => group === undefined);

it.each(ours.map(({ kind }) => kind))('%s is understood by its short names', async (kind) => {
  const { shortNames } = crdOf(kind);

  expect(shortNames).not.toEqual([]);
  for (const short of shortNames) {
    const explained = await commands.kubectlOut('explain', short, '--context', 'openmcp');
    expect(explained).toMatch(new RegExp(`^KIND: +${kind}$`, 'm'));
  }
});

describe('kubectl explain', () => {
  it.each(['spec', 'spec.template.spec', 'spec.spread', 'spec.clusterTolerations', 'status'])(
    'says of every field of %s of an OpenMCPDeployment what it is for',
    async (path) => {
      const explained = await commands.kubectlOut(
        'explain',
        `openmcpdeployment.${path}`,
        ...['--context', 'openmcp'],
      );

      const fields = fieldsIn(explained);
      expect(Object.keys(fields).toSorted()).toEqual(
        Object.keys(fieldsAt(crdOf('OpenMCPDeployment').schema, path)).toSorted(),
      );
      const tooShort = Object.entries(fields).filter(([, text]) => text.split(' ').length < 2);
      expect(tooShort).toEqual([]);
    },
  );
});

/** Follows paths as printer columns have them: `.a.b[0].c`, `.a[?(@.x=="y")].b`. Age is in no schema. */
function leadsSomewhere(schema: Schema, jsonPath: string): boolean {
  if (jsonPath === '.metadata.creationTimestamp') return true;
  const steps = jsonPath
    .replaceAll(/\[[^\]]*\]/g, '.[]')
    .split('.')
    .filter(Boolean);
  return step(schema, steps) !== null;
}

function step(schema: Schema, [first, ...rest]: readonly string[]): Schema | null {
  if (first === undefined) return schema;
  const next = first === '[]' ? schema.items : schema.properties?.[first];
  return next === undefined ? null : step(next, rest);
}

function fieldsAt(schema: Schema, path: string): Readonly<Record<string, Schema>> {
  const found = step(schema, path.split('.'));
  return found?.items?.properties ?? found?.properties ?? {};
}

function undescribed(schema: Schema, path: string): string[] {
  const inFields = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const itself = field.description === undefined ? [`${path}.${name}`] : [];
    return [...itself, ...undescribed(field, `${path}.${name}`)];
  });
  const inItems = schema.items === undefined ? [] : undescribed(schema.items, `${path}[]`);
  const more = schema.additionalProperties;
  return [...inFields, ...inItems, ...(more === undefined ? [] : undescribed(more, `${path}{}`))];
}

/** The fields that kubectl lists, and what it says of each. */
function fieldsIn(explained: string): Record<string, string> {
  const [, list = ''] = explained.split('\nFIELDS:\n');
  const blocks = list.split(/^ {2}(?=\w+\t)/m).filter((block) => block.trim() !== '');
  return Object.fromEntries(
    blocks.map((block) => {
      const [head = '', ...lines] = block.split('\n');
      const text = lines.filter((line) => line.startsWith('    ')).map((line) => line.trim());
      return [head.split('\t')[0] ?? '', text.join(' ')];
    }),
  );
}
