import { credentialsFromFile } from '../../kubernetes/own-credentials.ts';
import { Registry } from '../../nfs/registry.ts';
import { standalone } from '../kubeconfig-file.ts';
import type { Run } from '../program.ts';
import { hostOf } from './register-openmcp.ts';

/** Puts a member's kubeconfig into the registry, where a join finds it. */
export async function registerMember(
  { settings, output }: Run,
  options: { readonly ip: string; readonly memberIp?: string },
): Promise<void> {
  const { kubeconfig, context } = settings;
  const { server } = await credentialsFromFile(kubeconfig, { context });
  const ip = options.memberIp ?? hostOf(server);
  const registry = Registry.open(settings.registry());
  try {
    await registry.registerMember(options.ip, ip, await standalone(kubeconfig, context));
  } finally {
    await registry.close();
  }
  if (settings.json) output.json({ registered: ip, openmcp: options.ip });
  else output.line(`Success Regist '${ip}' in OpenMCP Master: ${options.ip}`);
}
