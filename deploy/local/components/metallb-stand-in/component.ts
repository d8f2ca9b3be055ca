/** Addresses for Services of type LoadBalancer: a stand-in for MetalLB, for all members at once. */

import { join } from 'node:path';
import type { Context, Process } from '../../component.ts';
import { httpOk } from '../../ready.ts';
import { memberPlaces, paths, ROOT, serviceAddress } from '../../settings.ts';

export { manifests } from './manifests.ts';

const PORT = 17472;

const FLAGS = ['--disable-warning=ExperimentalWarning'];
/** As for our other processes: memory counts more than collecting it. */
const MEMORY = ['--max-semi-space-size=2', '--heap-growing-percent=20'];

export function metallbStandIn({ settings }: Context): Process {
  const host = serviceAddress(settings);
  return {
    name: 'metallb-stand-in',
    command: process.execPath,
    args: [
      ...FLAGS,
      ...MEMORY,
      join(ROOT, 'deploy/local/components/metallb-stand-in/main.ts'),
      `--control=${paths.control(settings.state)}`,
      `--listen=${host}:${PORT}`,
      ...memberPlaces(settings).map(
        ({ name }) => `--member=${name}=${paths.kubeconfig(settings, name)}`,
      ),
    ],
    env: { ...settings.environment, NODE_COMPILE_CACHE: paths.compileCache(settings) },
    listens: [{ host, port: PORT }],
    // Answers 200 once it follows every member.
    ready: () => httpOk(`http://${host}:${PORT}/`),
    stopSeconds: 10,
  };
}
