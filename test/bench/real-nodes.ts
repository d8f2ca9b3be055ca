/**
 * What a fleet of two members with real nodes costs, and how fast its pods are there. Runs against a fleet
 * that is up and left alone (`npm run bench -- real-nodes` starts one).
 *
 * Every figure is one run on a machine that may be busy; way to a pod is compared with way within the run.
 */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { kubeClient } from '../../src/kubernetes/client.ts';
import { credentialsFromFile } from '../../src/kubernetes/own-credentials.ts';
import {
  DEPLOYMENTS,
  INGRESSES,
  NAMESPACES,
  PODS,
  SERVICES,
} from '../../src/kubernetes/resources.ts';
import { eventually } from '../support/eventually.ts';
import { fleetFromEnvironment } from '../support/fleet.ts';
import { fetched } from '../support/http.ts';
import { deployment, ingress, service, WEB } from '../support/manifests.ts';
import { cpuSeconds, percentile, secondsSince } from './measure.ts';
import { intoReadme, markdownTable } from './report.ts';

const NAMESPACE = 'bench';
const Pod = z.object({
  status: z.object({
    podIP: z.string().default(''),
    conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
  }),
});
const IDLE_SECONDS = 60;
const PODS_IN_A_ROW = 10;
const REQUESTS = 300;

const fleet = fleetFromEnvironment();
const member = kubeClient(await credentialsFromFile(fleet.kubeconfig('cluster1')));
const rows: [string, string, string][] = [];
const figures: Record<string, number> = {};

function record(name: string, value: number, text: string, reach = ''): void {
  figures[name] = value;
  rows.push([name, text, reach]);
  process.stdout.write(`  ${name}: ${text}${reach === '' ? '' : ` (reach ${reach})`}\n`);
}

/** The fleet's processes with all that they started, the pods' too. */
async function processes(): Promise<number[]> {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    const parent = parentOf(Number(name));
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const withAll = (pid: number): number[] => [pid, ...(children.get(pid) ?? []).flatMap(withAll)];
  return [...new Set(Object.values(await fleet.pids()).flatMap(withAll))];
}

function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0;
  }
}

/** Its own part of shared pages and no more (Pss of proc(5) smaps_rollup), in MB. */
function megabytes(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

const sum = (values: readonly number[]): number => values.reduce((all, each) => all + each, 0);

async function untilReady(name: string): Promise<string> {
  return eventually(async () => {
    const { items } = await member.list(PODS, {
      namespace: NAMESPACE,
      labelSelector: `app=${name}`,
    });
    const { status } = Pod.parse(items[0]);
    if (!status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'))
      throw new Error(`${name} is not ready`);
    return status.podIP;
  }, 60_000);
}

async function create(object: object, resource = DEPLOYMENTS): Promise<void> {
  const base = { apiVersion: '', kind: '', metadata: { name: '' }, ...object };
  await member.create(resource, { ...base, metadata: { ...base.metadata, namespace: NAMESPACE } });
}

async function latency(name: string, to: string, options: Parameters<typeof fetched>[1]) {
  const times: number[] = [];
  for (let count = 0; count < REQUESTS; count += 1) {
    const begun = performance.now();
    const { status } = await fetched(to, options);
    if (status !== 200) throw new Error(`${name} answered ${status}`);
    times.push(performance.now() - begun);
  }
  const p50 = percentile(times, 50);
  record(`request to ${name}, p50`, p50, `${p50.toFixed(2)} ms`);
}

record(
  'start, builds cached',
  Number(process.env['OPENMCP_START_SECONDS']),
  `${Number(process.env['OPENMCP_START_SECONDS']).toFixed(0)} s`,
  '< 60 s',
);

process.stdout.write(`At rest for ${IDLE_SECONDS} s …\n`);
await new Promise((resolve) => setTimeout(resolve, 30_000));
const before = new Map((await processes()).map((pid) => [pid, cpuSeconds(pid)]));
const begun = performance.now();
await new Promise((resolve) => setTimeout(resolve, IDLE_SECONDS * 1000));
const left = (await processes()).filter((pid) => before.has(pid));
const cores =
  sum(left.map((pid) => cpuSeconds(pid) - (before.get(pid) ?? 0))) / secondsSince(begun);
record('processor at rest', cores, `${(cores * 100).toFixed(0)} % of a core`, '< 50 %');
const memory = sum((await processes()).map(megabytes));
record('memory at rest', memory, `${(memory / 1024).toFixed(1)} GB`, '< 5 GB');

await member.create(NAMESPACES, {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: NAMESPACE },
});
const times: number[] = [];
for (let index = 0; index < PODS_IN_A_ROW; index += 1) {
  const start = performance.now();
  await create(deployment(`web-${index}`, WEB));
  await untilReady(`web-${index}`);
  times.push(secondsSince(start));
}
const p50 = percentile(times, 50);
record('a pod is ready after, p50', p50, `${p50.toFixed(1)} s`);

await create(service('web-0', 'LoadBalancer'), SERVICES);
await create(ingress('web-0', 'bench.example.org'), INGRESSES);
const pod = await untilReady('web-0');
const addressOf = (name: string, namespace: string) =>
  eventually(async () => {
    const found = await member.read(SERVICES, { namespace, name });
    const [, ip] = /"ip":"([\d.]+)"/.exec(JSON.stringify(found?.['status'])) ?? [];
    if (ip === undefined) throw new Error(`${name} has no address`);
    return ip;
  }, 30_000);
const balanced = await addressOf('web-0', NAMESPACE);
const proxy = await addressOf('envoy', 'projectcontour');
const host = 'bench.example.org';
await eventually(() => fetched(balanced), 30_000);
await eventually(async () => {
  if ((await fetched(proxy, { host })).status !== 200) throw new Error('no route yet');
}, 30_000);
await latency('a pod', pod, { port: 8080 });
await latency('its LoadBalancer address', balanced, {});
await latency('its Ingress', proxy, { host });

const results = fileURLToPath(new URL('results', import.meta.url));
mkdirSync(results, { recursive: true });
writeFileSync(`${results}/real-nodes.json`, `${JSON.stringify(figures, null, 2)}\n`);
intoReadme('real-nodes', markdownTable(['', 'measured', 'reach'], rows));
await member.close();
