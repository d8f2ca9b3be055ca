/** A namespace of a test's own in one cluster of the fleet, and a client that speaks to that cluster directly. */

import { randomBytes } from 'node:crypto';
import { type KubeClient, kubeClient } from '../../src/kubernetes/client.ts';
import type { Credentials } from '../../src/kubernetes/credentials.ts';
import { credentialsFromFile } from '../../src/kubernetes/own-credentials.ts';
import { NAMESPACES } from '../../src/kubernetes/resources.ts';
import { fleetFromEnvironment } from './fleet.ts';

export interface Sandbox {
  readonly credentials: Credentials;
  readonly client: KubeClient;
  readonly namespace: string;
  dispose(): Promise<void>;
}

export async function sandbox(cluster: string): Promise<Sandbox> {
  const credentials = await credentialsFromFile(fleetFromEnvironment().kubeconfig(cluster));
  const client = kubeClient(credentials);
  const namespace = `test-${randomBytes(4).toString('hex')}`;
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  await client.create(NAMESPACES, object);
  return {
    credentials,
    client,
    namespace,
    async dispose() {
      await client.delete(NAMESPACES, { name: namespace });
      await client.close();
    },
  };
}
