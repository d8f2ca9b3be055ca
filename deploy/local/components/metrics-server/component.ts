/** Resource metrics, so that `kubectl top` and autoscalers work. */

import type { Build, Context, Process } from '../../component.ts';
import { portOpen } from '../../ready.ts';
import { type ClusterPlace, paths } from '../../settings.ts';

const PORT = 10250;

export const build: Build = {
  kind: 'go',
  component: 'metrics-server',
  version: '0.9.0',
  target: 'tool',
  programs: ['metrics-server'],
};

export function metricsServer({ settings, built }: Context, place: ClusterPlace): Process {
  const { name, address } = place;
  const kubeconfig = paths.kubeconfig(settings, name);
  return {
    name: `${name}/metrics-server`,
    command: built.program('metrics-server', 'metrics-server'),
    args: [
      `--kubeconfig=${kubeconfig}`,
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
      `--bind-address=${address}`,
      `--secure-port=${PORT}`,
      `--cert-dir=${paths.cluster(settings, name)}/metrics-server`,
      '--kubelet-insecure-tls',
      '--kubelet-use-node-status-port',
      '--kubelet-preferred-address-types=InternalIP',
      '--metric-resolution=15s',
      '--kubelet-request-timeout=5s',
    ],
    listens: [{ host: address, port: PORT }],
    ready: () => portOpen(address, PORT),
    stopSeconds: 3,
  };
}

/** How the API server finds a process: by an external name, since Endpoints may not be loopback addresses. */
export function registration({ address }: ClusterPlace): Record<string, unknown>[] {
  const name = 'metrics-server';
  const namespace = 'kube-system';
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: { type: 'ExternalName', externalName: address },
    },
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1beta1.metrics.k8s.io' },
      spec: {
        group: 'metrics.k8s.io',
        version: 'v1beta1',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        insecureSkipTLSVerify: true,
        service: { name, namespace, port: PORT },
      },
    },
  ];
}
