/** Temporal's development server with its UI, on a database file. */

import { join } from 'node:path';
import type { Build, Context, Process } from '../../component.ts';
import { httpOk, portOpen } from '../../ready.ts';
import { type Settings, serviceAddress } from '../../settings.ts';

const PORT = 7233;
const UI_PORT = 8233;
const METRICS_PORT = 7239;
export const NAMESPACE = 'default';

export const build: Build = {
  kind: 'go',
  component: 'temporal',
  version: '1.5.1',
  target: 'tool',
  programs: ['temporal'],
};

export function temporalAddress(settings: Settings): string {
  return `${serviceAddress(settings)}:${PORT}`;
}

export function temporalUi(settings: Settings): string {
  return `http://${serviceAddress(settings)}:${UI_PORT}`;
}

const KEYWORDS = ['OpenMcpKind', 'OpenMcpNamespace', 'OpenMcpName'];

export function temporal({ settings, built }: Context): Process {
  const host = serviceAddress(settings);
  return {
    name: 'temporal',
    command: built.program('temporal', 'temporal'),
    args: [
      'server',
      'start-dev',
      `--ip=${host}`,
      `--port=${PORT}`,
      `--ui-ip=${host}`,
      `--ui-port=${UI_PORT}`,
      `--metrics-port=${METRICS_PORT}`,
      `--db-filename=${join(settings.state, 'temporal.db')}`,
      `--namespace=${NAMESPACE}`,
      '--log-level=error',
      ...KEYWORDS.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
    ],
    env: { HOME: settings.state },
    listens: [
      { host, port: PORT },
      { host, port: UI_PORT },
    ],
    ready: async () => {
      await portOpen(host, PORT);
      await httpOk(`${temporalUi(settings)}/`);
    },
    stopSeconds: 5,
  };
}
