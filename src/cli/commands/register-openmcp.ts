import { standalone } from '../kubeconfig-file.ts';
import { withRegistry } from '../registry.ts';
import type { Run } from '../surroundings.ts';

/** Puts the hub's kubeconfig into the registry. */
export async function registerOpenmcp(
  { settings, output }: Run,
  { overwrite }: { readonly overwrite: boolean },
): Promise<void> {
  const { text, host } = await standalone(settings);
  await withRegistry(settings, (registry) => registry.registerMaster(host, text, { overwrite }));
  if (settings.json) output.json({ registered: host });
  else output.line(`Success OpenMCP Master Regist '${host}'`);
}
