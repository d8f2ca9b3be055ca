/** Our own processes, run from the sources of this checkout. */

import { join } from 'node:path';
import type { Context, Process } from '../../component.ts';
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

export function ourProcess({ settings }: Context, name: 'controller' | 'worker'): Process {
  return {
    name,
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', join(ROOT, `src/${name}.ts`)],
    env: environment(settings),
    listens: [],
    // Neither listens. That it works is seen by what it does: the members join.
    ready: async () => undefined,
    stopSeconds: 30,
  };
}
