import { ClusterName } from '../../api/meta.ts';
import { rejected } from '../errors.ts';
import { standalone } from '../kubeconfig-file.ts';
import { withRegistry } from '../registry.ts';
import type { Run } from '../surroundings.ts';

/** Puts a member's kubeconfig into the registry, where a join finds it. */
export async function registerMember(
  { settings, output }: Run,
  options: { readonly ip: string; readonly memberIp?: string; readonly overwrite: boolean },
): Promise<void> {
  const { text, clusterName, host } = await standalone(settings);
  // It becomes the name of an OpenMCPCluster.
  if (!ClusterName.safeParse(clusterName).success) {
    throw rejected(
      `cannot register "${clusterName}": clusters[].name in ${settings.kubeconfig()} must be of lower case letters, digits and "-", 63 at most; rename it`,
    );
  }
  const ip = options.memberIp ?? host;
  await withRegistry(settings, (registry) =>
    registry.registerMember(options.ip, ip, text, { overwrite: options.overwrite }),
  );
  if (settings.json) output.json({ registered: ip, openmcp: options.ip });
  else output.line(`Success Regist '${ip}' in OpenMCP Master: ${options.ip}`);
}
