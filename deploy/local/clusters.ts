/** What a fresh cluster of the fleet holds before anybody uses it. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { KUBEFED_NAMESPACE, OPENMCP_NAMESPACE } from '../../src/api/meta.ts';
import { type KubeClient, kubeClient } from '../../src/kubernetes/client.ts';
import { isKubeObject, isRecord, type KubeObject } from '../../src/kubernetes/object.ts';
import { credentialsFromFile } from '../../src/kubernetes/own-credentials.ts';
import { CRDS, NAMESPACES, NODES, openmcp, type Resource } from '../../src/kubernetes/resources.ts';
import { NODE_PORT } from './components/kwok/component.ts';
import { registration } from './components/metrics-server/component.ts';
import { pause } from './pid-records.ts';
import { type ClusterPlace, HUB, paths, ROOT, type Settings } from './settings.ts';

const MANAGER = 'openmcp-fleet';
const APPLY = { fieldManager: MANAGER, force: true };

export async function withClient<T>(
  settings: Settings,
  name: string,
  act: (client: KubeClient) => Promise<T>,
): Promise<T> {
  const client = kubeClient(await credentialsFromFile(paths.kubeconfig(settings, name)));
  try {
    return await act(client);
  } finally {
    await client.close();
  }
}

/** Namespaces, CRDs and policies. */
export function prepareHub(settings: Settings): Promise<void> {
  return withClient(settings, HUB, async (client) => {
    for (const name of [OPENMCP_NAMESPACE, KUBEFED_NAMESPACE]) {
      await client.apply(NAMESPACES, namespace(name), APPLY);
    }
    const crds = documentsIn(join(ROOT, 'deploy/crds'));
    await Promise.all(crds.map((crd) => client.apply(CRDS, crd, { ...APPLY, timeoutMs: 60_000 })));
    await established(
      client,
      crds.map(({ metadata }) => metadata.name),
    );
    for (const policy of documentsIn(join(ROOT, 'deploy/policies'))) {
      await settledApply(client, openmcp(policy.kind), policy);
    }
  });
}

/** Nodes that exist as objects, and the registration of its metrics. */
export function prepareMember(settings: Settings, place: ClusterPlace): Promise<void> {
  return withClient(settings, place.name, async (client) => {
    for (const object of registration(settings, place)) await applyRaw(client, object);
    await Promise.all(
      Array.from({ length: settings.nodesPerMember }, async (_, index) => {
        const node = fakeNode(place, index);
        await client.apply(NODES, node, APPLY);
        await client.apply(NODES, nodeStatus(node, place), { ...APPLY, subresource: 'status' });
      }),
    );
  });
}

function namespace(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function fakeNode({ name, region, zone }: ClusterPlace, index: number): KubeObject {
  const node = `${name}-node-${index}`;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: node,
      annotations: {
        'kwok.x-k8s.io/node': 'fake',
        'metrics.k8s.io/resource-metrics-path': `/metrics/nodes/${node}/metrics/resource`,
      },
      labels: {
        type: 'kwok',
        'kubernetes.io/hostname': node,
        'kubernetes.io/os': 'linux',
        'topology.kubernetes.io/region': region,
        'topology.kubernetes.io/zone': zone,
        'failure-domain.beta.kubernetes.io/region': region,
        'failure-domain.beta.kubernetes.io/zone': zone,
      },
    },
  };
}

/** Enough pods for a benchmark; CPU and memory are what placement is about. */
function nodeStatus({ metadata }: KubeObject, place: ClusterPlace): KubeObject {
  const room = {
    cpu: String(place.cpu),
    memory: `${place.memoryGib}Gi`,
    'ephemeral-storage': '100Gi',
    pods: '1000',
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: metadata.name },
    status: {
      capacity: room,
      allocatable: room,
      // Both, or KWOK's stage adds what it misses and takes away what is there.
      addresses: [
        { type: 'InternalIP', address: place.address },
        { type: 'Hostname', address: metadata.name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: NODE_PORT } },
    },
  };
}

function documentsIn(folder: string): KubeObject[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .toSorted()
    .flatMap((name) => parseAllDocuments(readFileSync(join(folder, name), 'utf8')))
    .map((document): unknown => document.toJS())
    .filter(isKubeObject);
}

async function established(client: KubeClient, names: readonly string[]): Promise<void> {
  const end = Date.now() + 30_000;
  for (const name of names) {
    for (;;) {
      const status = (await client.read(CRDS, { name }))?.['status'];
      const conditions: unknown[] =
        isRecord(status) && Array.isArray(status['conditions']) ? status['conditions'] : [];
      if (
        conditions.some(
          (each) => isRecord(each) && each['type'] === 'Established' && each['status'] === 'True',
        )
      )
        break;
      if (Date.now() > end)
        throw new Error(`CRD ${name} is not established: ${JSON.stringify(conditions)}`);
      await pause(100);
    }
  }
}

/** A kind is served a moment after its CRD is established. */
async function settledApply(
  client: KubeClient,
  resource: Resource,
  object: KubeObject,
): Promise<void> {
  const end = Date.now() + 15_000;
  for (;;) {
    try {
      await client.apply(resource, object, APPLY);
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await pause(200);
    }
  }
}

async function applyRaw(client: KubeClient, object: Record<string, unknown>): Promise<void> {
  if (!isKubeObject(object)) throw new Error('cannot apply: not an object');
  const [group, version] = object.apiVersion.includes('/')
    ? object.apiVersion.split('/')
    : ['', object.apiVersion];
  const { kind, metadata } = object;
  const plural = `${kind.toLowerCase()}s`;
  const namespaced = metadata.namespace !== undefined;
  await client.apply(
    { group: group ?? '', version: version ?? '', plural, kind, namespaced },
    object,
    APPLY,
  );
}
