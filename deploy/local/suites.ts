/** `npm test` and `npm run bench`: every suite the same way, on a fleet of its own where one is needed. */

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import type { Options } from './arguments.ts';
import { ensureBuilt } from './build.ts';
import { buildsOf } from './fleet.ts';
import { Launcher } from './launch.ts';
import { occupant } from './ports.ts';
import { withNetwork } from './real-nodes.ts';
import { API_PORT, ROOT, type Settings } from './settings.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);

/** Gates, cheapest first; each counts as one test. */
const GATES = [
  ['format', ['biome', 'check', '.']],
  ['lint', ['oxlint', '--type-aware', '.']],
  ['types', ['tsc']],
  ['dead code', ['knip']],
] as const;
/** Components with Go programs of our own. */
const OUR_GO = ['images', 'network'];
/** Suites that need nothing, or the Temporal server alone. */
const ALONE = ['unit', 'repository', 'workflows', 'replay'];
/** Suites that run against a fleet. */
const ON_FLEET = ['integration', 'e2e'];
const SUITES = ['check', ...ALONE, ...ON_FLEET];

/** A suite that takes longer hangs: it is ended, and counts as failed. */
const SUITE_LIMIT_MS = 45 * 60_000;

/** Tests wait for what people wait for; only the order of magnitude differs. */
const TEST_PACE = { OPENMCP_PROBE_INTERVAL_SECONDS: '2', OPENMCP_PROBE_TIMEOUT_SECONDS: '1' };

/** Also beside real nodes: hundreds of pods are more than a machine can run. */
const KWOK_NODES = 3;

interface Tally {
  passed: number;
  failed: number;
}

export async function test({ settings, simulatedBecause, rest }: Options): Promise<number> {
  const [suite, ...paths] = rest;
  if (suite !== undefined && !SUITES.includes(suite)) {
    throw new Error(`unknown suite ${suite}: there are ${SUITES.join(', ')}`);
  }
  const wanted = (name: string) => suite === undefined || suite === name;
  const tally: Tally = { passed: 0, failed: 0 };
  const built = await ensureBuilt(buildsOf(settings), say);
  const env = { OPENMCP_TEMPORAL_CLI: built.program('temporal', 'temporal') };
  const begun = performance.now();

  if (wanted('check')) await gates(tally);
  for (const name of ALONE.filter(wanted)) await jest(name, { paths, env, tally });
  const onFleet = ON_FLEET.filter(wanted);
  if (onFleet.length > 0) {
    if (simulatedBecause !== null)
      say(`No real nodes, and no tests of them, because ${simulatedBecause}.`);
    const fleet = { ...settings, environment: TEST_PACE, kwokNodes: KWOK_NODES };
    await withFleet(fleet, async (endpoints, bin) => {
      const fleetEnv = {
        ...env,
        OPENMCP_ENDPOINTS: endpoints,
        PATH: `${bin}:${process.env['PATH'] ?? ''}`,
      };
      for (const name of onFleet) await jest(name, { paths, env: fleetEnv, tally });
    }).catch((error: unknown) => {
      say(error instanceof Error ? error.message : String(error));
      tally.failed += 1;
    });
  }
  say(`all suites took ${((performance.now() - begun) / 1000).toFixed(0)} s`);
  say(`${tally.passed} passed, ${tally.failed} failed`);
  return tally.failed === 0 ? 0 : 1;
}

/** Benchmarks, and the nodes that each is about. */
const BENCHES: Readonly<Record<string, Pick<Settings, 'realNodes' | 'kwokNodes'>>> = {
  placement: { realNodes: 0, kwokNodes: 4 },
  'real-nodes': { realNodes: 1, kwokNodes: 0 },
};

export async function bench({ settings, simulatedBecause, rest }: Options): Promise<number> {
  const [name = 'placement'] = rest;
  const nodes = BENCHES[name];
  if (nodes === undefined)
    throw new Error(`unknown benchmark ${name}: there are ${Object.keys(BENCHES).join(', ')}`);
  if (nodes.realNodes > 0 && settings.realNodes === 0)
    throw new Error(
      `cannot run real nodes here: ${simulatedBecause ?? 'simulated ones are asked for'}`,
    );
  const wanted = { ...settings, ...nodes };
  await ensureBuilt(buildsOf(wanted), say);
  let code = 1;
  await withFleet(wanted, async (endpoints, _, seconds) => {
    const script = join(ROOT, `test/bench/${name}.ts`);
    code = await run(process.execPath, ['--disable-warning=ExperimentalWarning', script], {
      OPENMCP_ENDPOINTS: endpoints,
      OPENMCP_START_SECONDS: String(seconds),
    });
  });
  return code;
}

/** A fresh fleet on addresses of its own, gone afterwards whatever happens. */
async function withFleet(
  base: Settings,
  act: (endpoints: string, bin: string, startSeconds: number) => Promise<void>,
): Promise<void> {
  const state = mkdtempSync(join(tmpdir(), 'openmcp-test-'));
  const settings = await withNetwork({
    ...base,
    state,
    subnet: await freeSubnet(),
    throwaway: true,
    openmcp: true,
  });
  const launcher = new Launcher(settings);
  const stopped = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        launcher.end('Stopping …');
        reject(new Error(`stopped by ${signal}`));
      });
    }
  });
  stopped.catch(() => {});
  try {
    const nodes = settings.realNodes > 0 ? 'real' : 'kwok';
    say(`Starting a fleet of ${nodes} nodes on ${settings.subnet}.* in ${state} …`);
    const begun = performance.now();
    await launcher.up(say);
    const seconds = (performance.now() - begun) / 1000;
    const acting = act(join(state, 'endpoints.json'), join(state, 'bin'), seconds);
    await Promise.race([acting, stopped]);
  } finally {
    launcher.end(null);
    await launcher.ended;
    const keep = process.env['OPENMCP_KEEP'] !== undefined;
    if (keep) say(`kept ${state}`);
    else rmSync(state, { recursive: true, force: true });
  }
}

/** The first subnet where nobody listens on the hub's address. */
async function freeSubnet(): Promise<string> {
  for (let third = 5; third < 60; third += 1) {
    const subnet = `127.0.${third}`;
    const hub = await occupant(`${subnet}.30`, API_PORT);
    const etcd = await occupant(`${subnet}.1`, 12379);
    if (hub === null && etcd === null) return subnet;
  }
  throw new Error('cannot find a free loopback subnet between 127.0.5 and 127.0.59');
}

async function gates(tally: Tally): Promise<void> {
  for (const [name, [tool, ...args]] of GATES)
    await gate(name, [join(ROOT, 'node_modules/.bin', tool), ...args], ROOT, tally);
  for (const component of OUR_GO) {
    const folder = join(ROOT, 'deploy/local/components', component);
    for (const verb of ['vet', 'test'])
      await gate(`go ${verb}: ${component}`, ['go', verb, './...'], folder, tally);
  }
}

async function gate(
  name: string,
  [program = '', ...args]: readonly string[],
  cwd: string,
  tally: Tally,
): Promise<void> {
  say(`\n== ${name}`);
  const code = await run(program, args, {}, { cwd });
  if (code === 0) tally.passed += 1;
  else tally.failed += 1;
  say(`${name}: ${code === 0 ? 'passed' : 'FAILED'}`);
}

const Result = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numFailedTestSuites: z.int(),
  numRuntimeErrorTestSuites: z.int(),
});

async function jest(
  suite: string,
  options: { paths: readonly string[]; env: Record<string, string>; tally: Tally },
): Promise<void> {
  const { paths, env, tally } = options;
  say(`\n== ${suite}`);
  const folder = mkdtempSync(join(tmpdir(), 'openmcp-jest-'));
  const output = join(folder, 'result.json');
  const code = await run(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      join(ROOT, 'node_modules/jest/bin/jest.js'),
      ...['-c', join(ROOT, 'test/jest.config.mjs'), '--selectProjects', suite],
      ...['--json', `--outputFile=${output}`, '--passWithNoTests'],
      // What shares one fleet runs one file at a time.
      ...(ON_FLEET.includes(suite) ? ['--runInBand'] : ['--maxWorkers=2']),
      ...(paths.length > 0 ? ['--testPathPatterns', ...paths] : []),
    ],
    env,
    { stdout: 'ignore', limitMs: SUITE_LIMIT_MS },
  );
  try {
    const result = Result.parse(JSON.parse(readFileSync(output, 'utf8')));
    tally.passed += result.numPassedTests;
    tally.failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
    if (code !== 0 && result.numFailedTests + result.numRuntimeErrorTestSuites === 0)
      tally.failed += 1;
  } catch {
    tally.failed += 1;
    say(`${suite}: no result was written`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
  options: { stdout?: 'inherit' | 'ignore'; limitMs?: number; cwd?: string } = {},
): Promise<number> {
  const { stdout = 'inherit', limitMs, cwd = ROOT } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      stdio: ['ignore', stdout, 'inherit'],
      env: { ...process.env, ...env },
    });
    const end = () => {
      say(`ended after ${(limitMs ?? 0) / 60_000} minutes: it hangs`);
      child.kill('SIGKILL');
    };
    const timer = limitMs === undefined ? undefined : setTimeout(end, limitMs);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve(code ?? 1);
    });
  });
}
