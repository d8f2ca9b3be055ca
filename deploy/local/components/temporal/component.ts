/** Temporal's development server with its UI, on a database file. */

import { join } from 'node:path';
import type { Build, Context, Process } from '../../component.ts';
import { httpOk, portOpen } from '../../ready.ts';
import { type Settings, serviceAddress } from '../../settings.ts';

/** Its own services find each other at 127.0.0.1 alone, so fleets differ by port here. */
const HOST = '127.0.0.1';
const DEFAULT_PORTS = { frontend: 7233, ui: 8233, metrics: 7239 };

function portsOf(settings: Settings): typeof DEFAULT_PORTS {
  if (serviceAddress(settings) === HOST) return DEFAULT_PORTS;
  const [, second, third] = settings.subnet.split('.').map(Number);
  const base = 20_000 + 256 * 10 * ((second ?? 0) % 16) + 10 * (third ?? 0);
  return { frontend: base, ui: base + 1, metrics: base + 2 };
}

export const NAMESPACE = 'default';

export const build: Build = {
  kind: 'go',
  component: 'temporal',
  version: '1.5.1',
  target: 'tool',
  programs: ['temporal'],
};

export function temporalAddress(settings: Settings): string {
  return `${HOST}:${portsOf(settings).frontend}`;
}

export function temporalUi(settings: Settings): string {
  return `http://${HOST}:${portsOf(settings).ui}`;
}

const KEYWORDS = ['OpenMcpKind', 'OpenMcpNamespace', 'OpenMcpName'];

export function temporal({ settings, built }: Context): Process {
  const ports = portsOf(settings);
  return {
    name: 'temporal',
    command: built.program('temporal', 'temporal'),
    args: [
      'server',
      'start-dev',
      `--ip=${HOST}`,
      `--port=${ports.frontend}`,
      `--ui-ip=${HOST}`,
      `--ui-port=${ports.ui}`,
      `--metrics-port=${ports.metrics}`,
      `--db-filename=${join(settings.state, 'temporal.db')}`,
      `--namespace=${NAMESPACE}`,
      '--log-level=error',
      // Kept for databases that many share, the default makes each step of a saga wait for a second.
      '--dynamic-config-value=history.transferProcessorMaxPollRPS=10000',
      ...KEYWORDS.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
    ],
    env: { HOME: settings.state },
    listens: [
      { host: HOST, port: ports.frontend },
      { host: HOST, port: ports.ui },
    ],
    ready: async () => {
      await portOpen(HOST, ports.frontend);
      await httpOk(`${temporalUi(settings)}/`);
    },
    stopSeconds: 5,
  };
}
