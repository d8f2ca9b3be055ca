/** Resource metrics, so that `kubectl top` and autoscalers work. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../../../../src/kubernetes/object.ts';
import type { Build, Context, Process } from '../../component.ts';
import { portOpen } from '../../ready.ts';
import { type ClusterPlace, paths, type Settings } from '../../settings.ts';

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
  const file = (key: string) => join(paths.cluster(settings, name), key);
  return {
    name: `${name}/metrics-server`,
    command: built.program('metrics-server', 'metrics-server'),
    args: [
      `--kubeconfig=${kubeconfig}`,
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
      `--bind-address=${address}`,
      `--secure-port=${PORT}`,
      `--tls-cert-file=${file('metrics-server.crt')}`,
      `--tls-private-key-file=${file('metrics-server.key')}`,
      `--kubelet-certificate-authority=${file('ca.crt')}`,
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
export function registration(settings: Settings, place: ClusterPlace): KubeObject[] {
  const authority = readFileSync(join(paths.cluster(settings, place.name), 'ca.crt'));
  const name = 'metrics-server';
  const namespace = 'kube-system';
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: { type: 'ExternalName', externalName: place.address },
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
        caBundle: authority.toString('base64'),
        service: { name, namespace, port: PORT },
      },
    },
  ];
}
