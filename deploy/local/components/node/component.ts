/**
 * A node whose pods are processes: namespaces of its own, and in them containerd, the kubelet and
 * kube-proxy. Its first process holds the namespaces; killing it is pulling the plug.
 */

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Build, Context, Process } from '../../component.ts';
import { librariesOf } from '../../debian.ts';
import { writeKubeconfig } from '../../kubeconfig.ts';
import { portOpen } from '../../ready.ts';
import { type ClusterPlace, paths, ROOT, type Settings } from '../../settings.ts';
import { bootstrapArgs, contourArgs, envoyArgs } from '../contour/component.ts';
import type { InnerPlace, NodePlace } from '../network/addresses.ts';
import { firstProcess } from '../network/component.ts';
import { makeGroup, nodeGroup } from './cgroups.ts';
import {
  CONTAINERD_SOCKET,
  cniConfig,
  containerdConfig,
  HOME,
  kubeletConfig,
  proxyConfig,
} from './configs.ts';

const run = promisify(execFile);
const XDS_PORT = 8001;

export const containerdBuild: Build = {
  kind: 'go',
  component: 'containerd',
  version: '2.4.2',
  target: 'tool',
  programs: ['containerd', 'containerd-shim-runc-v2', 'ctr'],
};

/** What a node needs that few machines have. */
export const build: Build = {
  kind: 'debian',
  component: 'node',
  version: '12',
  packages: ['runc', 'containernetworking-plugins', 'nftables', 'tini'],
  program: 'root/usr/sbin/runc',
};

/** A node of a member, and how it is told from others. */
export interface RealNode {
  readonly place: ClusterPlace;
  readonly inner: InnerPlace;
  readonly node: NodePlace;
}

/** The processes of one node, in the order of their start. */
export class NodeProcesses {
  readonly #context: Context;
  readonly #of: RealNode;
  readonly #folder: string;
  readonly #keys: string;

  constructor(context: Context, of: RealNode) {
    this.#context = context;
    this.#of = of;
    this.#folder = paths.node(context.settings, of.node.name);
    this.#keys = paths.cluster(context.settings, of.place.name);
    mkdirSync(join(this.#folder, 'cni'), { recursive: true, mode: 0o700 });
  }

  /** Holds the namespaces. `linked`: puts it into the network. */
  machine(volumes: string, linked: () => Promise<void>): Process {
    const { settings } = this.#context;
    const { name } = this.#of.node;
    const namespaces = ['--mount', '--pid', '--net', '--uts', '--ipc', '--mount-proc'];
    return {
      name,
      command: 'unshare',
      args: [
        ...[...namespaces, '--fork', '--kill-child', '--'],
        ...[join(this.#unpacked(), 'usr/bin/tini-static'), '-s', '--'],
        ...['bash', join(ROOT, 'deploy/local/components/node/node.sh')],
        ...[name, this.#folder, volumes],
      ],
      listens: [],
      started: async (pid) => {
        makeGroup(nodeGroup(settings.state, name));
        await this.#prepared(pid);
        await linked();
      },
      ready: async () => undefined,
      stopSeconds: 3,
    };
  }

  containerd(): Process {
    const { built } = this.#context;
    const root = this.#unpacked();
    const config = this.#write(
      'containerd.toml',
      containerdConfig({
        runc: join(root, 'usr/sbin/runc'),
        plugins: join(root, 'usr/lib/cni'),
        cniFolder: join(this.#folder, 'cni'),
      }),
    );
    this.#write('cni/10-bridge.conflist', cniConfig(this.#of.node.pods));
    return {
      ...this.#inside('containerd', built.program('containerd', 'containerd')),
      args: ['--config', config, '--log-level', 'warn'],
      env: {
        PATH: `${built.folder('containerd')}:${process.env['PATH'] ?? ''}`,
        ...this.#libraries(),
      },
      ready: async () => {
        await this.#ctr(['version']);
      },
      stopSeconds: 3,
    };
  }

  /** Those that it does not have yet; containerd must be up. */
  async importImages(archives: readonly string[]): Promise<void> {
    const file = join(this.#folder, 'images');
    const have = new Set(existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []);
    for (const archive of archives.filter((each) => !have.has(each))) {
      await this.#ctr(['-n', 'k8s.io', 'images', 'import', '--local', archive]);
      have.add(archive);
      writeFileSync(file, [...have].join('\n'));
    }
  }

  kubelet(): Process {
    const { settings, built } = this.#context;
    const { place, node } = this.#of;
    const key = (name: string) => join(this.#keys, name);
    const config = this.#write(
      'kubelet.yaml',
      kubeletConfig({
        address: node.address,
        authority: key('ca.crt'),
        certificate: key(`${node.name}.crt`),
        key: key(`${node.name}.key`),
        resolvConf: this.#write('resolv.conf', 'nameserver 127.0.0.1\n'),
        cgroupRoot: nodeGroup(settings.state, node.name),
        reservedMemory: reservedMemory(settings),
      }),
    );
    const { region, zone } = place;
    const labels = {
      'topology.kubernetes.io/region': region,
      'topology.kubernetes.io/zone': zone,
      'failure-domain.beta.kubernetes.io/region': region,
      'failure-domain.beta.kubernetes.io/zone': zone,
    };
    return {
      ...this.#inside('kubelet', built.program('kubernetes', 'kubelet')),
      args: [
        `--config=${config}`,
        `--kubeconfig=${this.#kubeconfig('kubelet', node.name)}`,
        `--hostname-override=${node.name}`,
        `--node-ip=${node.address}`,
        `--root-dir=${HOME}/kubelet`,
        `--cert-dir=${HOME}/kubelet/pki`,
        `--node-labels=${Object.entries(labels)
          .map(([label, value]) => `${label}=${value}`)
          .join(',')}`,
      ],
      env: this.#libraries(),
      ready: () => portOpen(node.address, 10250),
      stopSeconds: 3,
    };
  }

  proxy(): Process {
    const { built } = this.#context;
    const { node } = this.#of;
    const config = this.#write(
      'kube-proxy.yaml',
      proxyConfig({
        kubeconfig: this.#kubeconfig('kube-proxy', 'kube-proxy'),
        address: node.address,
        node: node.name,
      }),
    );
    const nft = join(this.#unpacked(), 'usr/sbin');
    return {
      ...this.#inside('kube-proxy', built.program('kubernetes', 'kube-proxy')),
      args: [`--config=${config}`],
      env: { PATH: `${nft}:${process.env['PATH'] ?? ''}`, ...this.#libraries() },
      ready: () => portOpen(node.address, 10256),
      stopSeconds: 3,
    };
  }

  /** Whoever wants Ingresses served here. */
  contour(): Process {
    const { built } = this.#context;
    return {
      ...this.#inside('contour', built.program('contour', 'contour')),
      args: contourArgs({ kubeconfig: this.#kubeconfig('contour', 'admin'), xdsPort: XDS_PORT }),
      ready: async () => undefined,
      stopSeconds: 3,
    };
  }

  envoy(): Process {
    const { built } = this.#context;
    const { node } = this.#of;
    const folder = `${HOME}/envoy`;
    const contour = built.program('contour', 'contour');
    const prepare = `mkdir -p ${folder} && "${contour}" ${bootstrapArgs({ folder, xdsPort: XDS_PORT }).join(' ')}`;
    const script = `${prepare} && exec "$0" "$@"`;
    return {
      ...this.#inside('envoy', 'sh'),
      args: [
        '-c',
        script,
        built.program('envoy', 'envoy'),
        ...envoyArgs({ folder, node: node.name }),
      ],
      ready: async () => undefined,
      stopSeconds: 3,
    };
  }

  /** A process in the namespaces of this node, whatever its first process is at the time. */
  #inside(
    program: string,
    command: string,
  ): Pick<Process, 'name' | 'command' | 'within' | 'listens'> {
    return {
      name: `${this.#of.node.name}/${program}`,
      command,
      within: () => enter(this.#first(), ['--mount', '--pid', '--net', '--uts', '--ipc']),
      // In the node's own network, where nobody else is.
      listens: [],
    };
  }

  #first(): number {
    const { name } = this.#of.node;
    const pid = firstProcess(this.#context.pidOf(name));
    if (pid === null) throw new Error(`${name} is not up`);
    return pid;
  }

  async #ctr(args: readonly string[]): Promise<void> {
    const program = this.#context.built.program('containerd', 'ctr');
    const words = [...enter(this.#first(), ['--mount']), program, '--address', CONTAINERD_SOCKET];
    const [command = '', ...rest] = [...words, ...args];
    await run(command, rest, { timeout: 120_000 });
  }

  /** Its script has come to its end. */
  async #prepared(unshare: number): Promise<void> {
    const end = Date.now() + 10_000;
    for (;;) {
      const pid = firstProcess(unshare);
      if (pid !== null && existsSync(`/proc/${pid}/root${HOME}/ready`)) return;
      if (Date.now() > end) throw new Error('its namespaces were not prepared within 10 s');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  #unpacked(): string {
    return join(this.#context.built.folder('node'), 'root');
  }

  #libraries(): Record<string, string> {
    return { LD_LIBRARY_PATH: librariesOf(this.#unpacked()) };
  }

  #write(name: string, text: string): string {
    const file = join(this.#folder, name);
    writeFileSync(file, text);
    return file;
  }

  #kubeconfig(name: string, certificate: string): string {
    const { place, inner } = this.#of;
    const file = join(this.#folder, `${name}.kubeconfig`);
    writeKubeconfig(file, [{ place, folder: this.#keys, certificate, address: inner.api }]);
    return file;
  }
}

function enter(pid: number, namespaces: readonly string[]): string[] {
  return ['nsenter', `--target=${pid}`, ...namespaces, '--'];
}

/** Nodes share the machine's memory, and none may promise what is another's. */
function reservedMemory({ members, realNodes }: Settings): string {
  const [, total = '0'] =
    /^MemTotal:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? [];
  const nodes = Math.max(1, members * realNodes);
  return `${Math.floor((Number(total) * (nodes - 1)) / nodes)}Ki`;
}
