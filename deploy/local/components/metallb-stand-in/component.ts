/** Addresses for Services of type LoadBalancer: a stand-in for MetalLB, for all members at once. */

import type { Context, Process } from '../../component.ts';
import { nodeScript } from '../../node-script.ts';
import { httpOk } from '../../ready.ts';
import { memberPlaces, paths, serviceAddress } from '../../settings.ts';

export { manifests } from './manifests.ts';

const PORT = 17472;

export function metallbStandIn({ settings }: Context): Process {
  const host = serviceAddress(settings);
  return {
    name: 'metallb-stand-in',
    ...nodeScript(
      settings,
      'deploy/local/components/metallb-stand-in/main.ts',
      [
        `--control=${paths.control(settings.state)}`,
        `--listen=${host}:${PORT}`,
        ...memberPlaces(settings).map(
          ({ name }) => `--member=${name}=${paths.kubeconfig(settings, name)}`,
        ),
      ],
      settings.environment,
    ),
    listens: [{ host, port: PORT }],
    // Answers 200 once it follows every member.
    ready: () => httpOk(`http://${host}:${PORT}/`),
    stopSeconds: 10,
  };
}
