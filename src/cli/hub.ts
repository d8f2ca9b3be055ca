/** The hub, as commands use it. */

import { type KubeClient, kubeClient } from '../kubernetes/client.ts';
import { credentialsFromFile } from '../kubernetes/own-credentials.ts';
import type { Settings } from './settings.ts';

export async function withHub<T>(
  { kubeconfig, context }: Settings,
  act: (hub: KubeClient) => Promise<T>,
): Promise<T> {
  const hub = kubeClient(await credentialsFromFile(kubeconfig, { context, allowExec: true }));
  try {
    return await act(hub);
  } finally {
    await hub.close();
  }
}
