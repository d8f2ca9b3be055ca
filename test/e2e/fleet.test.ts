/** The launcher itself: nothing is left behind, nothing is in the way, two fleets do not meet. */

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { isAlive, type PidRecord, readRecords } from '../../deploy/local/pid-records.ts';
import { eventually } from '../support/eventually.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const UP_MS = 90_000;
let state: string;

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'openmcp-fleet-'));
});
afterEach(async () => {
  await ended(launch('stop'));
  rmSync(state, { recursive: true, force: true });
}, UP_MS);

/** A fleet beside the one that the other suites use: its subnet is another. */
function launch(verb: string, ...args: string[]): ChildProcess & { output: () => string } {
  const child = spawn(process.execPath, [join(root, 'deploy/local/bootstrap.mjs'), verb, ...args], {
    env: { ...process.env, OPENMCP_STATE: state, OPENMCP_SUBNET: '127.0.77' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (data: Buffer) => {
      output += data.toString();
    });
  }
  return Object.assign(child, { output: () => output });
}

const start = () => launch('start', '--no-openmcp', '--members', '1');
const records = (): PidRecord[] => readRecords(join(state, 'pids.json'));
const isUp = (fleet: ReturnType<typeof launch>) =>
  eventually(() => expect(fleet.output()).toContain('Next, in another terminal'), UP_MS);

function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', resolve));
}

it('takes over what a killed launcher left, and Ctrl-C leaves nothing', async () => {
  await isUp(start());
  const first = records();
  expect(first.length).toBeGreaterThan(7);
  const launcher = first.find(({ name }) => name === 'launcher');
  process.kill(launcher?.pid ?? 0, 'SIGKILL');
  await eventually(() => expect(first.filter(isAlive)).toHaveLength(first.length - 1));

  const second = start();
  await isUp(second);

  expect(first.filter(isAlive)).toEqual([]);
  const now = records();
  expect(JSON.parse(readFileSync(join(state, 'endpoints.json'), 'utf8'))).toMatchObject({
    nodes: 'kwok',
    clusters: { openmcp: { ip: '127.0.77.30' }, cluster1: { ip: '127.0.77.40' } },
  });

  // What a terminal does: the whole foreground group gets it.
  process.kill(-(second.pid ?? 0), 'SIGINT');
  await ended(second);
  expect(now.filter(isAlive)).toEqual([]);
  expect(existsSync(join(state, 'endpoints.json'))).toBe(false);
}, 300_000);

it('says that it runs already, starts again what ends, and npm stop ends it', async () => {
  const fleet = start();
  await isUp(fleet);
  const again = start();
  expect(await ended(again)).toBe(0);
  expect(again.output()).toContain('runs already');

  const kwok = records().find(({ name }) => name === 'cluster1/kwok');
  process.kill(kwok?.pid ?? 0, 'SIGKILL');
  await eventually(() => {
    const next = records().find(({ name }) => name === 'cluster1/kwok');
    expect(next?.pid).toBeDefined();
    expect(next?.pid).not.toBe(kwok?.pid);
  });

  const now = records();
  expect(await ended(launch('stop'))).toBe(0);
  await ended(fleet);
  expect(now.filter(isAlive)).toEqual([]);
}, 300_000);
