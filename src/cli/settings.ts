/** Where the command finds the hub and the registry: flags, then the environment, then the local fleet. */

import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { rejected } from './errors.ts';

export interface Flags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly registry?: string;
  readonly openmcpIp?: string;
  readonly output?: string;
  readonly color?: boolean;
  readonly timeout?: string;
}

export interface Settings {
  readonly kubeconfig: string;
  readonly context: string | undefined;
  /** Asked for only when it is needed. */
  registry(): string;
  openmcpIp(): string;
  readonly json: boolean;
  readonly timeoutMs: number;
  /** Address of the Temporal UI, where it is known. */
  readonly temporalUi: string | null;
}

const Endpoints = z.object({
  temporal: z.object({ ui: z.string() }),
  clusters: z.object({ openmcp: z.object({ kubeconfig: z.string(), ip: z.string() }) }),
  nfs: z.object({ url: z.string() }),
});

export function resolveSettings(
  flags: Flags,
  environment: Readonly<Record<string, string | undefined>>,
  folder: string,
): Settings {
  const fleet = findFleet(folder);
  const kubeconfig =
    flags.kubeconfig ??
    environment['OPENMCP_KUBECONFIG'] ??
    firstOf(environment['KUBECONFIG']) ??
    fleet?.clusters.openmcp.kubeconfig ??
    join(homedir(), '.kube', 'config');
  const need = (value: string | undefined, what: string, how: string): string => {
    if (value !== undefined) return value;
    throw rejected(`cannot find ${what}: give ${how}, or run it beside a local fleet (npm start)`);
  };
  return {
    kubeconfig,
    context: flags.context,
    registry: () =>
      need(
        flags.registry ?? environment['OPENMCP_REGISTRY'] ?? fleet?.nfs.url,
        'the registry',
        '--registry or OPENMCP_REGISTRY',
      ),
    openmcpIp: () =>
      need(
        flags.openmcpIp ?? environment['OPENMCP_IP'] ?? fleet?.clusters.openmcp.ip,
        'the address of the hub',
        '--openmcp-ip or OPENMCP_IP',
      ),
    json: parseOutput(flags.output),
    timeoutMs: parseSeconds(flags.timeout) * 1000,
    temporalUi: fleet?.temporal.ui ?? null,
  };
}

/** The nearest `.openmcp/endpoints.json` upward from `folder`; null when there is none. */
function findFleet(folder: string): z.infer<typeof Endpoints> | null {
  const file = join(folder, '.openmcp', 'endpoints.json');
  if (existsSync(file)) {
    const parsed = Endpoints.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    if (parsed.success) return parsed.data;
  }
  const above = dirname(folder);
  return above === folder ? null : findFleet(above);
}

function firstOf(paths: string | undefined): string | undefined {
  return paths?.split(':').find((path) => path !== '');
}

function parseOutput(output: string | undefined): boolean {
  if (output === undefined || output === 'table') return false;
  if (output === 'json') return true;
  throw rejected(`cannot use --output ${output}: it is table or json`);
}

const DEFAULT_SECONDS = 180;

function parseSeconds(text: string | undefined): number {
  if (text === undefined) return DEFAULT_SECONDS;
  const seconds = Number(text.replace(/s$/, ''));
  if (Number.isFinite(seconds) && seconds > 0) return seconds;
  throw rejected(`cannot use --timeout ${text}: it is a number of seconds, such as 120`);
}
