/** What the programs of a node are told: containerd, its network plugins, the kubelet, kube-proxy. */

import { stringify } from 'yaml';
import { CLUSTER_DNS, CLUSTER_DOMAIN } from '../coredns/component.ts';
import { MOST_PODS } from '../network/addresses.ts';

/** Everything that a node has to itself is mounted below this, in its own mount namespace. */
export const HOME = '/run/openmcp';
export const CONTAINERD_SOCKET = `${HOME}/containerd.sock`;
const PAUSE_IMAGE = 'docker.io/local/pause:1';

/** containerd's configuration, version 3 (docs/cri/config.md of its repository). */
export function containerdConfig(to: {
  readonly runc: string;
  readonly plugins: string;
  readonly cniFolder: string;
}): string {
  return `version = 3
root = "${HOME}/containerd"
state = "${HOME}/containerd-state"
disabled_plugins = [
  "io.containerd.internal.v1.opt",
  "io.containerd.snapshotter.v1.blockfile",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.erofs",
  "io.containerd.snapshotter.v1.zfs",
  "io.containerd.tracing.processor.v1.otlp",
  "io.containerd.internal.v1.tracing",
]

[grpc]
address = "${CONTAINERD_SOCKET}"

[plugins.'io.containerd.cri.v1.images'.pinned_images]
sandbox = "${PAUSE_IMAGE}"

[plugins.'io.containerd.cri.v1.runtime']
# Where raising a limit needs a capability that we lack, runc would die on it.
restrict_oom_score_adj = true

[plugins.'io.containerd.cri.v1.runtime'.cni]
bin_dirs = ["${to.plugins}"]
conf_dir = "${to.cniFolder}"

[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
BinaryName = "${to.runc}"
SystemdCgroup = false
`;
}

/** A bridge in each node; pods reach others by the routes between the nodes (CNI specification 1.0.0). */
export function cniConfig(pods: string): string {
  return JSON.stringify({
    cniVersion: '1.0.0',
    name: 'openmcp',
    plugins: [
      {
        type: 'bridge',
        bridge: 'cni0',
        isGateway: true,
        ipMasq: false,
        hairpinMode: true,
        ipam: {
          type: 'host-local',
          dataDir: `${HOME}/cni`,
          ranges: [[{ subnet: pods }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
    ],
  });
}

/** KubeletConfiguration. `reservedMemory`: what of the machine's is not for its pods, as a quantity. */
export function kubeletConfig(to: {
  readonly address: string;
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
  readonly resolvConf: string;
  readonly cgroupRoot: string;
  readonly reservedMemory: string;
}): string {
  return stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: to.address,
    port: 10250,
    readOnlyPort: 0,
    healthzBindAddress: '127.0.0.1',
    healthzPort: 10248,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: to.authority },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: to.certificate,
    tlsPrivateKeyFile: to.key,
    rotateCertificates: false,
    clusterDomain: CLUSTER_DOMAIN,
    clusterDNS: [CLUSTER_DNS],
    resolvConf: to.resolvConf,
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: to.cgroupRoot,
    failCgroupV1: false,
    failSwapOn: false,
    podLogsDir: `${HOME}/pods`,
    maxPods: MOST_PODS,
    systemReserved: { memory: to.reservedMemory },
    // Of the machine's disk, which is not ours alone: an absolute amount, not a share.
    evictionHard: {
      'memory.available': '200Mi',
      'nodefs.available': '1Gi',
      'imagefs.available': '1Gi',
    },
    imageGCHighThresholdPercent: 100,
    // Images came with the fleet and cannot be fetched again.
    imageMinimumGCAge: '8760h',
    volumePluginDir: `${HOME}/kubelet/volume-plugins`,
    // At rest a node costs what these loops cost.
    nodeStatusUpdateFrequency: '10s',
    nodeStatusReportFrequency: '5m',
    housekeepingInterval: '10s',
    runtimeRequestTimeout: '2m',
    serializeImagePulls: false,
    shutdownGracePeriod: '0s',
  });
}

/** KubeProxyConfiguration. */
export function proxyConfig(to: {
  readonly kubeconfig: string;
  readonly address: string;
  readonly node: string;
}): string {
  return stringify({
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    hostnameOverride: to.node,
    clientConnection: { kubeconfig: to.kubeconfig },
    bindAddress: to.address,
    healthzBindAddress: `${to.address}:10256`,
    metricsBindAddress: '127.0.0.1:10249',
    detectLocalMode: 'BridgeInterface',
    detectLocal: { bridgeInterface: 'cni0' },
    // The machine's table of connections is not ours to size.
    conntrack: { maxPerCore: 0, min: 0 },
    nftables: { minSyncPeriod: '200ms', syncPeriod: '1h' },
  });
}
