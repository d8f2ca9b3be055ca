/** The fleet that tests run against, found through OPENMCP_ENDPOINTS; `npm test` starts it. */

import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { askControl } from '../../deploy/local/control.ts';
import { type KubeClient, kubeClient } from '../../src/kubernetes/client.ts';
import { credentialsFromFile } from '../../src/kubernetes/own-credentials.ts';

const Endpoints = z.object({
  nodes: z.enum(['kwok', 'real']),
  temporal: z.object({ address: z.string(), namespace: z.string(), ui: z.string() }),
  clusters: z.record(
    z.string(),
    z.object({ kubeconfig: z.string(), ip: z.string(), server: z.string() }),
  ),
  nfs: z.object({ url: z.string(), exportDir: z.string() }),
  control: z.string(),
});
type Endpoints = z.infer<typeof Endpoints>;

const HUB = 'openmcp';

export interface Fleet {
  readonly endpoints: Endpoints;
  /** Names of the members, in order. */
  members(): string[];
  kubeconfig(cluster: string): string;
  ip(cluster: string): string;
  /** The processes that run now, by name. */
  pids(): Promise<Readonly<Record<string, number>>>;
  /** The process as it runs now; it has another pid after a restart. */
  pid(component: string): Promise<number>;
  readonly control: {
    /** SIGKILL; the launcher starts it again. */
    kill(component: string): Promise<void>;
    /** SIGKILL; stays dead until `start`. */
    crash(component: string): Promise<void>;
    /** Stays stopped until `start`. */
    stop(component: string): Promise<void>;
    start(component: string): Promise<void>;
  };
}

export function fleetFromEnvironment(): Fleet {
  const file = process.env['OPENMCP_ENDPOINTS'];
  if (file === undefined) {
    throw new Error('OPENMCP_ENDPOINTS must name a fleet’s endpoints.json; `npm test` sets it');
  }
  const endpoints = Endpoints.parse(JSON.parse(readFileSync(file, 'utf8')));
  const place = (cluster: string) => {
    const found = endpoints.clusters[cluster];
    if (found === undefined) throw new Error(`the fleet has no cluster ${cluster}`);
    return found;
  };
  const ask = async (component: string, verb: string) => {
    await askControl(endpoints.control, 'POST', `/components/${component}/${verb}`);
  };
  const pids = async () =>
    z.record(z.string(), z.int()).parse(await askControl(endpoints.control, 'GET', '/components'));
  return {
    endpoints,
    pids,
    members: () => Object.keys(endpoints.clusters).filter((name) => name !== HUB),
    kubeconfig: (cluster) => place(cluster).kubeconfig,
    ip: (cluster) => place(cluster).ip,
    async pid(component) {
      const pid = (await pids())[component];
      if (pid === undefined) throw new Error(`${component} does not run`);
      return pid;
    },
    control: {
      kill: (component) => ask(component, 'kill'),
      crash: (component) => ask(component, 'crash'),
      stop: (component) => ask(component, 'stop'),
      start: (component) => ask(component, 'start'),
    },
  };
}

/** A client with the administrator's rights on a cluster of the fleet. The caller closes it. */
export async function clientOf(fleet: Fleet, cluster: string): Promise<KubeClient> {
  return kubeClient(await credentialsFromFile(fleet.kubeconfig(cluster)));
}
