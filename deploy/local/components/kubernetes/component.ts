/** The control planes: an API server and controllers for every cluster, a scheduler for members. */

import { join } from 'node:path';
import type { Build, Context, Process } from '../../component.ts';
import { writeKubeconfig } from '../../kubeconfig.ts';
import { apiOk, portOpen } from '../../ready.ts';
import { API_PORT, type ClusterPlace, paths } from '../../settings.ts';
import { etcdUrl } from '../etcd/component.ts';

const CONTROLLER_PORT = 10257;
const SCHEDULER_PORT = 10259;

const VERSION = '1.37.2';
const [MAJOR = '', MINOR = ''] = VERSION.split('.');
const STAMP = 'k8s.io/component-base/version';

export const build: Build = {
  kind: 'go',
  component: 'kubernetes',
  version: VERSION,
  target: 'tool',
  // Else every program says that it is v0.0.0.
  variables: {
    [`${STAMP}.gitVersion`]: `v${VERSION}`,
    [`${STAMP}.gitMajor`]: MAJOR,
    [`${STAMP}.gitMinor`]: MINOR,
  },
  programs: [
    'kube-apiserver',
    'kube-controller-manager',
    'kube-scheduler',
    'kubectl',
    'kubelet',
    'kube-proxy',
  ],
};

export function apiServer({ settings, built }: Context, place: ClusterPlace): Process {
  const { name, address, inner } = place;
  const folder = paths.cluster(settings, name);
  const file = (key: string) => join(folder, key);
  const url = `https://${address}:${API_PORT}/readyz`;
  return {
    name: `${name}/kube-apiserver`,
    command: built.program('kubernetes', 'kube-apiserver'),
    args: [
      `--etcd-servers=${etcdUrl(settings)}`,
      `--etcd-prefix=/${name}`,
      `--bind-address=${address}`,
      `--advertise-address=${inner?.api ?? address}`,
      `--secure-port=${API_PORT}`,
      `--tls-cert-file=${file('server.crt')}`,
      `--tls-private-key-file=${file('server.key')}`,
      `--client-ca-file=${file('ca.crt')}`,
      `--kubelet-certificate-authority=${file('ca.crt')}`,
      '--kubelet-preferred-address-types=InternalIP,Hostname',
      `--kubelet-client-certificate=${file('kubelet-client.crt')}`,
      `--kubelet-client-key=${file('kubelet-client.key')}`,
      `--service-account-key-file=${file('sa.pub')}`,
      `--service-account-signing-key-file=${file('sa.key')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      '--service-cluster-ip-range=10.96.0.0/16',
      '--authorization-mode=Node,RBAC',
      // Pods find it there; where there are none, the address could not be one of an endpoint either.
      `--endpoint-reconciler-type=${inner === null ? 'none' : 'lease'}`,
      `--proxy-client-cert-file=${file('front-proxy.crt')}`,
      `--proxy-client-key-file=${file('front-proxy.key')}`,
      `--requestheader-client-ca-file=${file('front-proxy-ca.crt')}`,
      '--requestheader-allowed-names=front-proxy-client',
      '--requestheader-username-headers=X-Remote-User',
      '--requestheader-group-headers=X-Remote-Group',
      '--requestheader-extra-headers-prefix=X-Remote-Extra-',
      '--shutdown-delay-duration=0',
      '--goaway-chance=0',
    ],
    listens: [{ host: address, port: API_PORT }],
    ready: () => apiOk(url, folder),
    stopSeconds: 5,
  };
}

export function controllerManager({ settings, built }: Context, place: ClusterPlace): Process {
  const { name, address } = place;
  const folder = paths.cluster(settings, name);
  const kubeconfig = join(folder, 'controller-manager.kubeconfig');
  writeKubeconfig(kubeconfig, [{ place, folder, certificate: 'controller-manager' }]);
  return {
    name: `${name}/kube-controller-manager`,
    command: built.program('kubernetes', 'kube-controller-manager'),
    args: [
      `--kubeconfig=${kubeconfig}`,
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
      `--service-account-private-key-file=${join(folder, 'sa.key')}`,
      `--root-ca-file=${join(folder, 'ca.crt')}`,
      '--use-service-account-credentials=true',
      '--leader-elect=false',
      `--bind-address=${address}`,
      `--secure-port=${CONTROLLER_PORT}`,
      '--kube-api-qps=300',
      '--kube-api-burst=600',
      '--concurrent-deployment-syncs=20',
      '--concurrent-replicaset-syncs=20',
      '--horizontal-pod-autoscaler-sync-period=5s',
    ],
    listens: [{ host: address, port: CONTROLLER_PORT }],
    ready: () => portOpen(address, CONTROLLER_PORT),
    stopSeconds: 5,
  };
}

export function scheduler({ settings, built }: Context, place: ClusterPlace): Process {
  const { name, address } = place;
  const folder = paths.cluster(settings, name);
  const kubeconfig = join(folder, 'scheduler.kubeconfig');
  writeKubeconfig(kubeconfig, [{ place, folder, certificate: 'scheduler' }]);
  return {
    name: `${name}/kube-scheduler`,
    command: built.program('kubernetes', 'kube-scheduler'),
    args: [
      `--kubeconfig=${kubeconfig}`,
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
      '--leader-elect=false',
      `--bind-address=${address}`,
      `--secure-port=${SCHEDULER_PORT}`,
      '--kube-api-qps=300',
      '--kube-api-burst=600',
    ],
    listens: [{ host: address, port: SCHEDULER_PORT }],
    ready: () => portOpen(address, SCHEDULER_PORT),
    stopSeconds: 5,
  };
}
