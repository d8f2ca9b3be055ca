/** Our own processes, run from the sources of this checkout. */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Context, Process } from '../../component.ts';
import { FLAGS, nodeScript } from '../../node-script.ts';
import { HUB, hubPlace, paths, ROOT, type Settings } from '../../settings.ts';
import { nfsUrl } from '../nfs/component.ts';
import { NAMESPACE, temporalAddress } from '../temporal/component.ts';

/** What our processes and the CLI are told; see src/config/config.ts. */
export function environment(settings: Settings): Record<string, string> {
  return {
    TEMPORAL_ADDRESS: temporalAddress(settings),
    TEMPORAL_NAMESPACE: NAMESPACE,
    OPENMCP_KUBECONFIG: paths.kubeconfig(settings, HUB),
    OPENMCP_IP: hubPlace(settings).address,
    OPENMCP_REGISTRY: nfsUrl(settings),
    ...settings.environment,
  };
}

/** Once for all starts of the worker; of the sources as they are now. */
export async function bundleWorkflows({ settings }: Context): Promise<void> {
  const script = join(ROOT, 'src/bundle-workflows.ts');
  await promisify(execFile)(process.execPath, [...FLAGS, script, paths.workflowBundle(settings)]);
}

export function ourProcess({ settings }: Context, name: 'controller' | 'worker'): Process {
  return {
    name,
    ...nodeScript(settings, `src/${name}.ts`, [], {
      ...environment(settings),
      OPENMCP_WORKFLOW_BUNDLE: paths.workflowBundle(settings),
    }),
    listens: [],
    // Neither listens. That it works is seen by what it does: the members join.
    ready: async () => undefined,
    stopSeconds: 30,
  };
}
