/** Where the command finds the hub and the registry: flags, then the environment, then the local fleet. */

import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import * as z from 'zod';
import { ErrorCode, OpenMcpError } from '../api/errors.ts';
import { isAddress } from '../nfs/registry-address.ts';
import { rejected } from './errors.ts';

export interface Flags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly registry?: string;
  readonly openmcpIp?: string;
  readonly output: string;
  readonly timeout: number;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** What is a function is looked for, and missed, only by commands that need it. */
export interface Settings {
  /** Path of a file that is there. */
  kubeconfig(): string;
  readonly context: string | undefined;
  registry(): string;
  openmcpIp(): string;
  readonly json: boolean;
  readonly timeoutMs: number;
  /** Address of the Temporal UI, where it is known. */
  temporalUi(): string | null;
}

const Endpoints = z.object({
  temporal: z.object({ ui: z.string() }),
  clusters: z.object({ openmcp: z.object({ kubeconfig: z.string(), ip: z.string() }) }),
  nfs: z.object({ url: z.string() }),
});

/** The fleet of `npm start`, and the file that tells of it. */
interface LocalFleet extends z.infer<typeof Endpoints> {
  readonly file: string;
}

/** A setting, and where it was given. */
interface Given {
  readonly from: string;
  readonly value: string;
}

export function resolveSettings(flags: Flags, environment: Environment, folder: string): Settings {
  const local = once(() => findFleet(folder));
  const variable = (name: string) => given(name, environment[name] || undefined);
  const ofFleet = (pick: (fleet: LocalFleet) => string) => {
    const fleet = local();
    return fleet === null ? null : { from: fleet.file, value: pick(fleet) };
  };
  return {
    kubeconfig: () =>
      present(
        given('--kubeconfig', flags.kubeconfig) ??
          variable('OPENMCP_KUBECONFIG') ??
          given('KUBECONFIG', firstOf(environment['KUBECONFIG'])) ??
          ofFleet(({ clusters }) => clusters.openmcp.kubeconfig) ?? {
            from: 'the default',
            value: join(environment['HOME'] ?? homedir(), '.kube', 'config'),
          },
      ),
    context: flags.context,
    registry: () =>
      needed(
        given('--registry', flags.registry) ??
          variable('OPENMCP_REGISTRY') ??
          ofFleet(({ nfs }) => nfs.url),
        'the registry: give --registry or OPENMCP_REGISTRY',
      ).value,
    openmcpIp: () =>
      address(
        needed(
          given('--openmcp-ip', flags.openmcpIp) ??
            variable('OPENMCP_IP') ??
            ofFleet(({ clusters }) => clusters.openmcp.ip),
          'the address of the hub: give --openmcp-ip or OPENMCP_IP',
        ),
      ),
    json: flags.output === 'json',
    timeoutMs: flags.timeout * 1000,
    temporalUi: () => local()?.temporal.ui ?? null,
  };
}

function given(from: string, value: string | undefined): Given | null {
  return value === undefined ? null : { from, value };
}

function firstOf(paths: string | undefined): string | undefined {
  return paths?.split(delimiter).find((path) => path !== '');
}

function needed(found: Given | null, what: string): Given {
  if (found !== null) return found;
  throw rejected(`cannot find ${what}, or run it beside a local fleet (npm start)`);
}

function present({ from, value }: Given): string {
  if (existsSync(value)) return value;
  throw new OpenMcpError(
    ErrorCode.NotFound,
    `cannot read kubeconfig ${value} (${from}): there is no such file; name another with --kubeconfig`,
  );
}

function address({ from, value }: Given): string {
  if (isAddress(value)) return value;
  throw rejected(`cannot use ${from} "${value}": it is not an IP address or a host name`);
}

/** That of the nearest `.openmcp/endpoints.json` upward from `folder`; null when there is none. */
function findFleet(folder: string): LocalFleet | null {
  const file = join(folder, '.openmcp', 'endpoints.json');
  if (existsSync(file)) return readFleet(file);
  const above = dirname(folder);
  return above === folder ? null : findFleet(above);
}

function readFleet(file: string): LocalFleet {
  try {
    return { ...Endpoints.parse(JSON.parse(readFileSync(file, 'utf8'))), file };
  } catch {
    throw rejected(
      `cannot read ${file}: it does not tell of a local fleet; write it anew with npm start, or give --kubeconfig, --registry and --openmcp-ip`,
    );
  }
}

function once<T>(find: () => T): () => T {
  let found: { readonly value: T } | null = null;
  return () => {
    found ??= { value: find() };
    return found.value;
  };
}
