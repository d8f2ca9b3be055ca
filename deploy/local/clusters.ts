/** What a fresh cluster of the fleet holds before anybody uses it. */

import { join } from 'node:path';
import { KUBEFED_NAMESPACE, OPENMCP_NAMESPACE } from '../../src/api/meta.ts';
import { type KubeClient, kubeClient } from '../../src/kubernetes/client.ts';
import { isRecord, type KubeObject } from '../../src/kubernetes/object.ts';
import { credentialsFromFile } from '../../src/kubernetes/own-credentials.ts';
import { NODES, PODS } from '../../src/kubernetes/resources.ts';
import type { Context } from './component.ts';
import { kwokNames, kwokNode, kwokStatus } from './components/kwok/nodes.ts';
import { registration } from './components/metrics-server/component.ts';
import { objectsForPods } from './components/node/manifests.ts';
import { APPLY, applyAll, applyCrds, objectsBelow, settledApply } from './manifests.ts';
import { type ClusterPlace, HUB, paths, ROOT, type Settings } from './settings.ts';

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
    await applyAll(client, [OPENMCP_NAMESPACE, KUBEFED_NAMESPACE].map(namespace));
    await applyCrds(client, objectsBelow(join(ROOT, 'deploy/crds')));
    for (const policy of objectsBelow(join(ROOT, 'deploy/policies'))) {
      await settledApply(client, policy);
    }
  });
}

/** Nodes that exist as objects, the registration of its metrics, and what pods need where they are real. */
export function prepareMember(context: Context, place: ClusterPlace): Promise<void> {
  const { settings } = context;
  return withClient(settings, place.name, async (client) => {
    await applyAll(client, registration(settings, place));
    await removeOtherNodes(client, settings, place);
    await Promise.all(
      kwokNames(settings, place).map(async (name) => {
        const node = kwokNode(settings, place, name);
        await client.apply(NODES, node, APPLY);
        await client.apply(NODES, kwokStatus(node, place), { ...APPLY, subresource: 'status' });
      }),
    );
    if (place.inner === null) return;
    const { crds, objects } = objectsForPods(context, place.inner);
    await applyCrds(client, crds);
    for (const object of objects) await settledApply(client, object);
  });
}

const namespace = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name },
});

/** Those of a start with other nodes, and their pods: nobody runs them any more. */
async function removeOtherNodes(
  client: KubeClient,
  settings: Settings,
  place: ClusterPlace,
): Promise<void> {
  const wanted = new Set([
    ...(place.inner?.nodes ?? []).map(({ name }) => name),
    ...kwokNames(settings, place),
  ]);
  const ours = new RegExp(`^${place.name}-(node|kwok)-\\d+$`);
  const isGone = (name: string) => ours.test(name) && !wanted.has(name);
  const { items: nodes } = await client.list(NODES, {});
  for (const { metadata } of nodes) {
    const { name, uid } = metadata;
    if (isGone(name)) await client.delete(NODES, { name }, { uid });
  }
  const { items: pods } = await client.list(PODS, {});
  for (const { metadata, spec } of pods) {
    const node = isRecord(spec) ? spec['nodeName'] : undefined;
    if (typeof node !== 'string' || !isGone(node)) continue;
    const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
    // Without a kubelet nobody would end them in their time.
    await client.request('DELETE', path, { query: { gracePeriodSeconds: '0' } });
  }
}
