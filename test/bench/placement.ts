/**
 * How fast deployments reach the members, against a plain client that writes the same objects in the
 * same run. Runs against a fleet that is up (`npm run bench` starts one).
 *
 * Every figure is one run on a machine that may be busy: the ratios are what counts.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { kubeClient } from '../../src/kubernetes/client.ts';
import { credentialsFromFile } from '../../src/kubernetes/own-credentials.ts';
import { DEPLOYMENTS, OPENMCP_DEPLOYMENTS, PODS } from '../../src/kubernetes/resources.ts';
import { fleetFromEnvironment } from '../support/fleet.ts';
import { type Cost, costRows, startMeter } from './cost.ts';
import { atRate, inParallel, peakMegabytes, percentile, secondsSince } from './measure.ts';
import {
  isDone,
  isEmpty,
  isReady,
  NAMESPACE,
  NEXT_IMAGE,
  named as namedFrom,
  ours,
  plainDeployment,
  podTemplate,
  prepare,
  untilTrue,
} from './objects.ts';
import { intoReadme, markdownTable } from './report.ts';
import { type Sightings, watchSightings } from './sightings.ts';

const COUNT = Number(process.env['OPENMCP_BENCH_COUNT'] ?? 1_000);
/** Requests that the creating client keeps under way. */
const WIDTH = 32;
const TIMEOUT_MS = 600_000;
/** Latency is measured on this many, at each rate. */
const PACED = { '1': 100, '5': 200 } as const;

const fleet = fleetFromEnvironment();
const hub = kubeClient(await credentialsFromFile(fleet.kubeconfig('openmcp')));
const members = await Promise.all(
  fleet
    .members()
    .map(async (name) => kubeClient(await credentialsFromFile(fleet.kubeconfig(name)))),
);
const named = (prefix: string, count = COUNT) => namedFrom(prefix, count);
const say = (line: string) => process.stdout.write(`${line}\n`);
const rows: [string, string, string][] = [];
const figures: Record<string, number> = {};
const costs: Record<string, Cost> = {};
/** The most that each process held, over all of its lives so far: a restart begins a new one. */
const peaks = new Map<string, number>();

function record(name: string, value: number, text: string, reach = ''): void {
  figures[name] = value;
  rows.push([name, text, reach]);
  say(`  ${name}: ${text}${reach === '' ? '' : ` (reach ${reach})`}`);
}

await prepare([hub, ...members]);
const sightings = await watchSightings(members, NAMESPACE);
try {
  await latencies(sightings);
  const plain = await plainClient(sightings);
  const burst = await ourBurst();
  const percent = (ratio: number) => `${(100 * ratio).toFixed(0)} %`;
  const ratio = burst.present / plain.present;
  record('burst, ratio to the plain client', ratio, percent(ratio), '≥ 40 %');
  record(
    'until replicas are ready, ratio',
    burst.ready / plain.ready,
    percent(burst.ready / plain.ready),
  );
  await imageUpdate(sightings);
  await restart(sightings);
  await deletion(sightings);
  await memory();
  await stoppedMember();
} finally {
  await sightings.stop();
}
write();
await Promise.all([hub, ...members].map((client) => client.close()));

/** Apps per second until all objects exist in the members, and until all their replicas are ready. */
interface Rates {
  readonly present: number;
  readonly ready: number;
}

async function measure(
  what: string,
  names: readonly string[],
  create: () => Promise<void>,
): Promise<Rates> {
  const meter = await startMeter(fleet);
  const start = performance.now();
  await create();
  say(`  created after ${secondsSince(start).toFixed(1)} s`);
  await sightings.all(names, 'present', TIMEOUT_MS);
  const present = COUNT / secondsSince(start);
  record(what, present, `${present.toFixed(1)} apps/s`);
  costs[`${what}: objects exist`] = await meter.read(COUNT);
  await sightings.all(names, 'ready', TIMEOUT_MS);
  const ready = COUNT / secondsSince(start);
  record(`${what}, until replicas are ready`, ready, `${ready.toFixed(1)} apps/s`);
  costs[`${what}: replicas ready`] = await meter.read(COUNT);
  return { present, ready };
}

/** The same objects, written straight to the members by a client that does nothing else. */
async function plainClient(seen: Sightings): Promise<Rates> {
  say(`plain client: ${COUNT} × ${members.length} Deployments`);
  const names = named('plain');
  const jobs = names.flatMap((name) => members.map((client) => ({ name, client })));
  const rates = await measure('plain client', names, () =>
    inParallel(jobs, WIDTH, ({ name, client }) =>
      client.create(DEPLOYMENTS, plainDeployment(name)),
    ),
  );
  await inParallel(jobs, WIDTH, ({ name, client }) =>
    client.delete(DEPLOYMENTS, { namespace: NAMESPACE, name }, { propagation: 'Background' }),
  );
  await seen.all(names, 'absent', TIMEOUT_MS);
  await podsGone();
  return rates;
}

async function latencies(seen: Sightings): Promise<void> {
  for (const [rate, count] of Object.entries(PACED)) {
    say(`latency at ${rate}/s`);
    const names = named(`paced${rate}`, count);
    const begun = new Map<string, number>();
    await atRate(names, Number(rate), (name) => {
      begun.set(name, performance.now());
      return hub.create(OPENMCP_DEPLOYMENTS, ours(name));
    });
    await seen.all(names, 'present', TIMEOUT_MS);
    const times = names.map(
      (name) => (seen.everywhereAt(name) ?? Number.NaN) - (begun.get(name) ?? 0),
    );
    const reach = rate === '1' ? '< 150 ms' : '< 500 ms';
    record(`p50 at ${rate}/s`, percentile(times, 50), `${percentile(times, 50).toFixed(0)} ms`);
    record(
      `p99 at ${rate}/s`,
      percentile(times, 99),
      `${percentile(times, 99).toFixed(0)} ms`,
      reach,
    );
    await removeAll(seen, names);
  }
}

async function ourBurst(): Promise<Rates> {
  say(`burst: ${COUNT} OpenMCPDeployments`);
  const names = named('burst');
  const start = performance.now();
  const rates = await measure('burst', names, () =>
    inParallel(names, WIDTH, (name) => hub.create(OPENMCP_DEPLOYMENTS, ours(name))),
  );
  await settled(names);
  const perSecond = COUNT / secondsSince(start);
  record('burst, all statuses true', perSecond, `${perSecond.toFixed(1)} apps/s`);
  return rates;
}

async function imageUpdate(seen: Sightings): Promise<void> {
  say('image update of all');
  const start = performance.now();
  const body = { spec: { template: podTemplate(NEXT_IMAGE) } };
  await inParallel(named('burst'), WIDTH, (name) =>
    hub.patch(OPENMCP_DEPLOYMENTS, { namespace: NAMESPACE, name }, body, { type: 'merge' }),
  );
  await seen.all(named('burst'), { image: NEXT_IMAGE }, TIMEOUT_MS);
  const perSecond = COUNT / secondsSince(start);
  record('image update', perSecond, `${perSecond.toFixed(1)} apps/s`);
  await settled(named('burst'));
}

/** Worker and controller end and come back with all resources present; then one more is made. */
async function restart(seen: Sightings): Promise<void> {
  say(`restart with ${COUNT} present`);
  await notePeaks();
  for (const name of ['controller', 'worker'] as const) await fleet.control.stop(name);
  const start = performance.now();
  await Promise.all((['controller', 'worker'] as const).map((name) => fleet.control.start(name)));
  await hub.create(OPENMCP_DEPLOYMENTS, ours('after-restart'));
  await seen.all(['after-restart'], 'present', TIMEOUT_MS);
  record(
    'placed after a restart',
    secondsSince(start),
    `${secondsSince(start).toFixed(1)} s`,
    '< 3 s',
  );
}

async function deletion(seen: Sightings): Promise<void> {
  say('deletion of all');
  const names = [...named('burst'), 'after-restart'];
  const start = performance.now();
  await removeAll(seen, names);
  const perSecond = names.length / secondsSince(start);
  record('deletion', perSecond, `${perSecond.toFixed(1)} apps/s`);
}

async function notePeaks(): Promise<void> {
  for (const { name, pid } of await processes())
    peaks.set(name, Math.max(peaks.get(name) ?? 0, peakMegabytes(pid)));
}

async function memory(): Promise<void> {
  await notePeaks();
  for (const [name, megabytes] of peaks)
    record(`memory of ${name}`, megabytes, `${megabytes.toFixed(0)} MB`);
  const both = (peaks.get('worker') ?? Number.NaN) + (peaks.get('controller') ?? Number.NaN);
  record('worker + controller', both, `${both.toFixed(0)} MB`, '< 600 MB');
}

async function stoppedMember(): Promise<void> {
  say('a stopped member is noticed');
  const [name] = fleet.members();
  if (name === undefined) return;
  const start = performance.now();
  await fleet.control.stop(`${name}/kube-apiserver`);
  await untilTrue(async () => !(await isReady(hub, name)));
  record(
    'stopped member noticed',
    secondsSince(start),
    `${secondsSince(start).toFixed(1)} s`,
    '< 20 s',
  );
  await fleet.control.start(`${name}/kube-apiserver`);
  await untilTrue(() => isReady(hub, name));
}

async function removeAll(seen: Sightings, names: readonly string[]): Promise<void> {
  await inParallel(names, WIDTH, (name) =>
    hub.delete(OPENMCP_DEPLOYMENTS, { namespace: NAMESPACE, name }),
  );
  await seen.all(names, 'absent', TIMEOUT_MS);
  await untilTrue(() => isEmpty(hub, OPENMCP_DEPLOYMENTS));
  await podsGone();
}

/** Pods of one measurement must not be in the way of the next. */
async function podsGone(): Promise<void> {
  await Promise.all(members.map((client) => untilTrue(() => isEmpty(client, PODS))));
}

/** Every resource reports all replicas ready, as people read it. */
function settled(names: readonly string[]): Promise<void> {
  return untilTrue(async () => {
    const { items } = await hub.list(OPENMCP_DEPLOYMENTS, { namespace: NAMESPACE });
    const ready = new Set(items.filter(isDone).map(({ metadata }) => metadata.name));
    return names.every((name) => ready.has(name));
  });
}

function processes(): Promise<{ name: string; pid: number }[]> {
  const names = ['controller', 'worker', 'temporal'];
  return Promise.all(names.map(async (name) => ({ name, pid: await fleet.pid(name) })));
}

function write(): void {
  const folder = fileURLToPath(new URL('results/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const at = new Date().toISOString();
  const result = { at, count: COUNT, clusters: members.length, figures, costs };
  writeFileSync(`${folder}placement.json`, `${JSON.stringify(result, null, 2)}\n`);
  const measured = markdownTable(['', 'measured', 'reach'], rows);
  const head = ['processor time per app', ...Object.keys(costs)];
  const spent = markdownTable(head, costRows(Object.values(costs)));
  intoReadme('placement', measured);
  intoReadme('cost', spent);
  say(`\n${measured}\n\n${spent}`);
}
