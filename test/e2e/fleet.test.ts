/** The launcher itself: nothing is left behind, nothing is in the way, two fleets do not meet. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isAlive, type PidRecord, readRecords } from '../../deploy/local/pid-records.ts';
import { eventually } from '../support/eventually.ts';
import { describeReal, SHELL, WEB } from '../support/real-nodes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const UP_MS = 120_000;
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

const small = ['--no-openmcp', '--members', '1'];
const start = (mode: 'kwok' | 'real', ...args: string[]) =>
  launch('start', ...small, '--nodes-mode', mode, ...args);
const records = (): PidRecord[] => readRecords(join(state, 'pids.json'));
const isUp = (fleet: ReturnType<typeof launch>) =>
  eventually(() => {
    if (fleet.exitCode !== null) throw new Error(`the fleet ended: ${fleet.output()}`);
    expect(fleet.output()).toContain('Next, in another terminal');
  }, UP_MS);

function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', resolve));
}

/** As a crash of the launcher would: what it started goes on. */
async function killLauncher(): Promise<readonly PidRecord[]> {
  const all = records();
  const launcher = all.find(({ name }) => name === 'launcher');
  process.kill(launcher?.pid ?? 0, 'SIGKILL');
  await eventually(() => expect(all.filter(isAlive)).toHaveLength(all.length - 1));
  return all;
}

describe('with simulated nodes', () => {
  it('takes over what a killed launcher left, and Ctrl-C leaves nothing', async () => {
    await isUp(start('kwok'));
    const first = await killLauncher();
    expect(first.length).toBeGreaterThan(7);

    const second = start('kwok');
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
    const fleet = start('kwok');
    await isUp(fleet);
    const again = start('kwok');
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
});

/** Empty where the process has gone meanwhile. */
function networkOf(process: string): string {
  try {
    return readlinkSync(`/proc/${process}/ns/net`);
  } catch {
    return '';
  }
}

/** What real nodes put around the processes of the machine. The suite's own fleet has some, which stay. */
function traces(): Record<string, string[]> {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const lines = (command: string, ...args: string[]) =>
    execFileSync(command, args, { encoding: 'utf8' }).trimEnd().split('\n');
  return {
    // What nft keeps is in them, too.
    networks: [...new Set(processes.map(networkOf))].filter(Boolean).toSorted(),
    links: lines('ip', '-o', 'link').map((line) => line.split(':')[1]?.trim() ?? ''),
    routes: lines('ip', 'route'),
    mounts: readFileSync('/proc/mounts', 'utf8').split('\n'),
    groups: lines('find', '/sys/fs/cgroup', '-name', 'openmcp*').toSorted(),
  };
}

/** kubectl in the member of that fleet. */
const kubectl = (...args: string[]) =>
  execFileSync(join(state, 'bin/kubectl'), ['--context', 'cluster1', ...args], {
    env: { ...process.env, KUBECONFIG: join(state, 'kubeconfig') },
    encoding: 'utf8',
  }).trimEnd();

/** A pod on every node, with a shell and a web server. */
const EVERYWHERE = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'everywhere' },
  spec: {
    selector: { matchLabels: { app: 'everywhere' } },
    template: {
      metadata: { labels: { app: 'everywhere' } },
      spec: {
        containers: [
          { name: 'shell', ...SHELL },
          { name: 'web', ...WEB },
        ],
      },
    },
  },
};

describeReal('with real nodes', () => {
  it('has as many in a member as it is told to, and their pods reach each other', async () => {
    const fleet = start('real', '--nodes', '2');
    await isUp(fleet);
    const file = join(state, 'everywhere.json');
    writeFileSync(file, JSON.stringify(EVERYWHERE));
    kubectl('apply', '-f', file);

    await eventually(() => {
      const ready = kubectl('get', 'ds', 'everywhere', '-o', 'jsonpath={.status.numberReady}');
      expect(ready).toBe('2');
    }, 60_000);
    const pods = kubectl(
      ...['get', 'pods', '-l', 'app=everywhere', '-o'],
      'jsonpath={range .items[*]}{.metadata.name} {.status.podIP} {.spec.nodeName}{"\\n"}{end}',
    )
      .split('\n')
      .map((line) => line.split(' '));
    expect(new Set(pods.map(([, , node]) => node))).toEqual(
      new Set(['cluster1-node-0', 'cluster1-node-1']),
    );
    for (const [from = ''] of pods) {
      for (const [name = '', address = ''] of pods) {
        const url = `http://${address}:8080/`;
        const answer = kubectl('exec', from, '-c', 'shell', '--', 'wget', '-qO-', '-T', '5', url);
        expect(answer).toContain(`pod=${name} `);
      }
    }
  }, 240_000);

  it('ten times started and killed, it leaves nothing behind', async () => {
    const before = traces();
    for (let round = 0; round < 10; round += 1) {
      await isUp(start('real'));
      expect(traces()).not.toEqual(before);
      await killLauncher();
    }

    expect(await ended(launch('stop'))).toBe(0);

    expect(traces()).toEqual(before);
  }, 900_000);

  it('Ctrl-C leaves nothing, and neither does npm stop', async () => {
    const before = traces();
    const first = start('real');
    await isUp(first);
    process.kill(-(first.pid ?? 0), 'SIGINT');
    await ended(first);
    expect(traces()).toEqual(before);

    const second = start('real');
    await isUp(second);
    expect(await ended(launch('stop'))).toBe(0);
    await ended(second);
    expect(traces()).toEqual(before);
  }, 300_000);
});
