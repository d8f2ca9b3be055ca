/** One etcd for all clusters of the fleet; each API server has a prefix of its own. */

import { join } from 'node:path';
import type { Build, Context, Process } from '../../component.ts';
import { portOpen } from '../../ready.ts';
import { type Settings, serviceAddress } from '../../settings.ts';

const CLIENT_PORT = 12379;
const PEER_PORT = 12380;

export const build: Build = {
  kind: 'go',
  component: 'etcd',
  version: '3.7.3',
  target: { package: 'go.etcd.io/etcd/server/v3', output: 'etcd' },
  programs: ['etcd'],
};

export function etcdUrl(settings: Settings): string {
  return `http://${serviceAddress(settings)}:${CLIENT_PORT}`;
}

export function etcd({ settings, built }: Context): Process {
  const host = serviceAddress(settings);
  const peer = `http://${host}:${PEER_PORT}`;
  return {
    name: 'etcd',
    command: built.program('etcd', 'etcd'),
    args: [
      `--name=fleet`,
      `--data-dir=${join(settings.state, 'etcd')}`,
      `--listen-client-urls=${etcdUrl(settings)}`,
      `--advertise-client-urls=${etcdUrl(settings)}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=fleet=${peer}`,
      '--auto-compaction-mode=periodic',
      '--auto-compaction-retention=10m',
      '--quota-backend-bytes=4294967296',
      '--log-level=warn',
      ...(settings.throwaway ? ['--unsafe-no-fsync'] : []),
    ],
    listens: [
      { host, port: CLIENT_PORT },
      { host, port: PEER_PORT },
    ],
    ready: () => portOpen(host, CLIENT_PORT),
  };
}
