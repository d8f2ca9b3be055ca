/** Where a member stands: on the hub, in the member, and in the registry. */

import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import { KUBEFED_NAMESPACE, OPENMCP_NAMESPACE } from '../../src/api/meta.ts';
import {
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  KUBEFED_CLUSTERS,
  NAMESPACES,
  NODES,
  OPENMCP_CLUSTERS,
  SECRETS,
  SERVICE_ACCOUNTS,
} from '../../src/kubernetes/resources.ts';
import { Nfs4Client } from '../../src/nfs/nfs4-client.ts';
import { eventually } from './eventually.ts';
import { exists, type World } from './hub.ts';

const Cluster = z.object({
  spec: z.looseObject({
    joinStatus: z.string().default('UNJOIN'),
    serverIP: z.string().optional(),
    nodeInfo: z.record(z.string(), z.string()).optional(),
    metalLBRange: z.record(z.string(), z.string()).optional(),
  }),
  status: z
    .looseObject({
      conditions: z
        .array(
          z.object({
            type: z.string(),
            status: z.string(),
            reason: z.string(),
            message: z.string(),
          }),
        )
        .default([]),
      owed: z.array(z.unknown()).default([]),
      addresses: z.string().nullable().default(null),
      join: z.object({ done: z.int().default(0) }).prefault({}),
    })
    .prefault({}),
});

/** Of one member; each function reads the present state. */
export function membershipOf(world: World, name: string) {
  const ref = { namespace: OPENMCP_NAMESPACE, name };
  const read = async (cluster = name) => {
    const found = await world.hub.read(OPENMCP_CLUSTERS, { ...ref, name: cluster });
    const { spec, status } = Cluster.parse(found);
    const condition = (type: string) => status.conditions.find((each) => each.type === type);
    const { owed, addresses, join: progress } = status;
    return {
      ...spec,
      owed,
      progress,
      addresses,
      joined: condition('Joined'),
      ready: condition('Ready'),
      given: condition('AddressesGiven'),
    };
  };
  return {
    ref,
    ip: () => world.fleet.ip(name),
    read,
    edit: (spec: object) => world.hub.patch(OPENMCP_CLUSTERS, ref, { spec }, { type: 'merge' }),
    becomes: (joinStatus: string, timeoutMs = 60_000) =>
      eventually(async () => expect(await read()).toMatchObject({ joinStatus }), timeoutMs),
    traces: () => traces(world, name),
    /** Folders of the registry, as its server tells. */
    registered: (side: 'join' | 'unjoin'): Promise<string[]> =>
      inRegistry(world, async (client, members) =>
        (await client.readdir(`${members}/${side}`)).map((entry) => entry.name).toSorted(),
      ),
    /** The registered kubeconfig and its mode, as its server tells. */
    registeredFile: (side: 'join' | 'unjoin'): Promise<{ text: string; mode: number }> =>
      inRegistry(world, async (client, members) => {
        const file = `${members}/${side}/${world.fleet.ip(name)}/config/config`;
        const { mode } = await client.stat(file);
        return { text: (await client.readFile(file)).toString(), mode: mode & 0o777 };
      }),
  };
}

/** The server's files are on a disk or in its memory; a client sees no difference. */
async function inRegistry<T>(
  { fleet }: World,
  act: (client: Nfs4Client, members: string) => Promise<T>,
): Promise<T> {
  const { hostname, port, pathname } = new URL(fleet.endpoints.nfs.url);
  const client = new Nfs4Client({ host: hostname, port: Number(port), timeoutMs: 10_000 });
  try {
    return await act(client, `${pathname}/openmcp/${fleet.ip('openmcp')}/members`);
  } finally {
    await client.close();
  }
}

/** Everything that a join makes, wherever it makes it, by name. */
async function traces(world: World, name: string): Promise<readonly string[]> {
  const member = world.member(name);
  const made = [
    ['namespace', member, NAMESPACES, { name: OPENMCP_NAMESPACE }],
    ['account', member, SERVICE_ACCOUNTS, { namespace: OPENMCP_NAMESPACE, name: 'openmcp' }],
    ['role', member, CLUSTER_ROLES, { name: 'openmcp-member' }],
    ['binding', member, CLUSTER_ROLE_BINDINGS, { name: 'openmcp-member' }],
    [
      'credentials',
      world.hub,
      SECRETS,
      { namespace: OPENMCP_NAMESPACE, name: `openmcp-member-${name}` },
    ],
    ['mirror', world.hub, KUBEFED_CLUSTERS, { namespace: KUBEFED_NAMESPACE, name }],
    ['mirror secret', world.hub, SECRETS, { namespace: KUBEFED_NAMESPACE, name: `${name}-token` }],
  ] as const;
  const found = await Promise.all(
    made.map(async ([what, client, resource, where]) =>
      (await exists(client, resource, where)) ? [what] : [],
    ),
  );
  const { items } = await member.list(NODES);
  const labelled = items.filter(({ metadata }) =>
    Object.keys(metadata.annotations ?? {}).some((key) => key.startsWith('openmcp.k8s.io/')),
  );
  return [...found.flat(), ...labelled.map(({ metadata }) => metadata.name)];
}

const Kubeconfig = z.object({
  clusters: z.tuple([
    z.object({
      cluster: z.object({ server: z.string(), 'certificate-authority-data': z.string() }),
    }),
  ]),
  users: z.tuple([z.object({ user: z.record(z.string(), z.string()) })]),
});

export interface SignIn {
  readonly server: string;
  /** PEM in base64, as a kubeconfig has it. */
  readonly ca: string;
  readonly user: Readonly<Record<string, string>>;
}

/** How the administrator of a cluster signs in. */
export function adminOf(world: World, cluster: string): SignIn {
  const { clusters, users } = Kubeconfig.parse(
    parse(readFileSync(world.fleet.kubeconfig(cluster), 'utf8')),
  );
  const { server, 'certificate-authority-data': ca } = clusters[0].cluster;
  return { server, ca, user: users[0].user };
}

export function kubeconfigText(name: string, { server, ca, user }: SignIn): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': ca } }],
    users: [{ name: 'someone', user }],
    contexts: [{ name, context: { cluster: name, user: 'someone' } }],
    'current-context': name,
  });
}
