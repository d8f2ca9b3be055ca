/** Nodes and pods that are objects only: pods become Ready, no byte flows, usage comes from annotations. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Build, Context, Process } from '../../component.ts';
import { portOpen } from '../../ready.ts';
import { type ClusterPlace, paths } from '../../settings.ts';

/** What answers for every kubelet: metrics and logs, over TLS. */
export const NODE_PORT = 10247;
const MODULE = 'sigs.k8s.io/kwok';

/** Stages and metrics of the module, under the names they get beside the program. */
const FILES = [
  'stage/node/fast/node-initialize.yaml',
  'stage/node/heartbeat-with-lease/node-heartbeat-with-lease.yaml',
  'stage/pod/fast/pod-complete.yaml',
  'stage/pod/fast/pod-delete.yaml',
  'stage/pod/fast/pod-ready.yaml',
  'metrics/resource/metrics-resource.yaml',
  'metrics/usage/usage-from-annotation.yaml',
].map((path) => [MODULE, `kustomize/${path}`, path.replaceAll('/', '-')] as const);

export const build: Build = {
  kind: 'go',
  component: 'kwok',
  version: '0.8.0',
  target: 'tool',
  programs: ['kwok'],
  files: FILES,
};

export function kwok({ settings, built }: Context, place: ClusterPlace): Process {
  const { name, address } = place;
  const folder = paths.cluster(settings, name);
  const config = join(folder, 'kwok.yaml');
  const documents = FILES.map(([, , file]) => readFileSync(built.program('kwok', file), 'utf8'));
  writeFileSync(config, documents.join('\n---\n'));
  return {
    name: `${name}/kwok`,
    command: built.program('kwok', 'kwok'),
    args: [
      `--kubeconfig=${paths.kubeconfig(settings, name)}`,
      `--config=${config}`,
      '--manage-all-nodes=false',
      '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
      `--node-ip=${address}`,
      `--node-port=${NODE_PORT}`,
      `--tls-cert-file=${join(folder, 'server.crt')}`,
      `--tls-private-key-file=${join(folder, 'server.key')}`,
      `--server-address=${address}:${NODE_PORT}`,
      '--node-lease-duration-seconds=40',
      '--cidr=10.0.0.1/16',
    ],
    listens: [{ host: address, port: NODE_PORT }],
    ready: () => portOpen(address, NODE_PORT),
    stopSeconds: 3,
  };
}
