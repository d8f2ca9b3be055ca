/** The processes of a node, in the order of their start. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Process } from '../../component.ts';
import { pause, startTime } from '../../pid-records.ts';
import { portOpen } from '../../ready.ts';
import { ROOT, type Settings } from '../../settings.ts';
import { makeGroup, nodeGroup } from './cgroups.ts';
import { cniConfig, containerdConfig, HOME, kubeletConfig, proxyConfig } from './configs.ts';
import { firstProcess, isPrepared } from './machine.ts';
import type { RealNode } from './node.ts';

const KUBELET_PORT = 10250;
const PROXY_PORT = 10256;
const PREPARE_MS = 10_000;
const NAMESPACES = ['--mount', '--pid', '--net', '--uts', '--ipc', '--mount-proc'];

/**
 * Holds the namespaces; killing it is pulling the plug. `volumes`: the folder of the fleet's NFS
 * volumes; `linked` puts it into the network.
 */
export function machine(node: RealNode, volumes: string, linked: () => Promise<void>): Process {
  const { name } = node.node;
  return {
    name,
    command: 'unshare',
    args: [
      ...[...NAMESPACES, '--fork', '--kill-child', '--'],
      ...[join(node.root, 'usr/bin/tini-static'), '-s', '--'],
      ...['bash', join(ROOT, 'deploy/local/components/node/node.sh')],
      ...[name, node.folder, volumes],
    ],
    listens: [],
    started: async (pid) => {
      makeGroup(nodeGroup(node.context.settings.state, name));
      await prepared(pid);
      await linked();
    },
    ready: async () => undefined,
    stopSeconds: 3,
  };
}

/** Its script has come to its end. */
async function prepared(unshare: number): Promise<void> {
  for (const end = Date.now() + PREPARE_MS; ; await pause(10)) {
    const pid = firstProcess(unshare);
    if (pid !== null && isPrepared(pid)) return;
    if (startTime(unshare) === null) throw new Error('it ended before it was prepared');
    if (Date.now() > end) throw new Error('its namespaces were not prepared within 10 s');
  }
}

export function containerd(node: RealNode): Process {
  const { built } = node.context;
  const config = node.write(
    'containerd.toml',
    containerdConfig({
      runc: join(node.root, 'usr/sbin/runc'),
      plugins: join(node.root, 'usr/lib/cni'),
      cniFolder: join(node.folder, 'cni'),
    }),
  );
  node.write('cni/10-bridge.conflist', cniConfig(node.node.pods));
  return {
    ...node.inside('containerd', built.program('containerd', 'containerd')),
    args: ['--config', config, '--log-level', 'warn'],
    env: {
      PATH: `${built.folder('containerd')}:${process.env['PATH'] ?? ''}`,
      ...node.libraries,
    },
    ready: () => node.ctr(['version']),
  };
}

export function kubelet(node: RealNode): Process {
  const { settings, built } = node.context;
  const { name, address } = node.node;
  const config = node.write(
    'kubelet.yaml',
    kubeletConfig({
      address,
      authority: node.key('ca.crt'),
      certificate: node.key(`${name}.crt`),
      key: node.key(`${name}.key`),
      resolvConf: node.write('resolv.conf', 'nameserver 127.0.0.1\n'),
      cgroupRoot: nodeGroup(settings.state, name),
      reservedMemory: reservedMemory(settings),
    }),
  );
  return {
    ...node.inside('kubelet', built.program('kubernetes', 'kubelet')),
    args: [
      `--config=${config}`,
      `--kubeconfig=${node.kubeconfig('kubelet', name)}`,
      `--hostname-override=${name}`,
      `--node-ip=${address}`,
      `--root-dir=${HOME}/kubelet`,
      `--cert-dir=${HOME}/kubelet/pki`,
      `--node-labels=${labelsOf(node)}`,
    ],
    env: node.libraries,
    ready: () => portOpen(address, KUBELET_PORT),
  };
}

/** In both spellings. */
function labelsOf({ place: { region, zone } }: RealNode): string {
  return ['topology.kubernetes.io', 'failure-domain.beta.kubernetes.io']
    .flatMap((group) => [`${group}/region=${region}`, `${group}/zone=${zone}`])
    .join(',');
}

export function proxy(node: RealNode): Process {
  const { built } = node.context;
  const { name, address } = node.node;
  const config = node.write(
    'kube-proxy.yaml',
    proxyConfig({ kubeconfig: node.kubeconfig('kube-proxy', 'kube-proxy'), address, node: name }),
  );
  return {
    ...node.inside('kube-proxy', built.program('kubernetes', 'kube-proxy')),
    args: [`--config=${config}`],
    env: {
      PATH: `${join(node.root, 'usr/sbin')}:${process.env['PATH'] ?? ''}`,
      ...node.libraries,
    },
    ready: () => portOpen(address, PROXY_PORT),
  };
}

/** Nodes share the machine's memory, and none may promise what is another's. */
function reservedMemory({ members, realNodes }: Settings): string {
  const [, total = '0'] =
    /^MemTotal:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? [];
  const nodes = Math.max(1, members * realNodes);
  return `${Math.floor((Number(total) * (nodes - 1)) / nodes)}Ki`;
}
