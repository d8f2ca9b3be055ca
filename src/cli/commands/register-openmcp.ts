import { credentialsFromFile } from '../../kubernetes/own-credentials.ts';
import { Registry } from '../../nfs/registry.ts';
import { standalone } from '../kubeconfig-file.ts';
import type { Run } from '../program.ts';

/** Puts the hub's kubeconfig into the registry. */
export async function registerOpenmcp({ settings, output }: Run): Promise<void> {
  const { kubeconfig, context } = settings;
  const { server } = await credentialsFromFile(kubeconfig, { context });
  const ip = hostOf(server);
  const registry = Registry.open(settings.registry());
  try {
    await registry.registerMaster(ip, await standalone(kubeconfig, context));
  } finally {
    await registry.close();
  }
  if (settings.json) output.json({ registered: ip });
  else output.line(`Success OpenMCP Master Regist '${ip}'`);
}

export function hostOf(server: string): string {
  return new URL(server).hostname.replace(/^\[|\]$/g, '');
}
