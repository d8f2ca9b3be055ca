/** The hub, as commands use it. */

import { type KubeClient, kubeClient } from '../kubernetes/client.ts';
import { credentialsFromFile } from '../kubernetes/own-credentials.ts';
import type { Settings } from './settings.ts';
import type { Run } from './surroundings.ts';

export async function connectHub(settings: Settings): Promise<KubeClient> {
  const { context } = settings;
  return kubeClient(await credentialsFromFile(settings.kubeconfig(), { context, allowExec: true }));
}

export async function withHub<T>(run: Run, act: (hub: KubeClient) => Promise<T>): Promise<T> {
  const hub = await run.connect();
  try {
    return await act(hub);
  } finally {
    await hub.close();
  }
}
