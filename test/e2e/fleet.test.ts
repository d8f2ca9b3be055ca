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
import { fetched } from '../support/http.ts';
import { deployment, SHELL, service, WEB } from '../support/manifests.ts';
import { describeReal, useMember } from '../support/real-nodes.ts';

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

const linesOf = (command: string, ...args: string[]): string[] =>
  execFileSync(command, args, { encoding: 'utf8' }).trimEnd().split('\n');

/** Of a process; empty where it has gone meanwhile. */
function told(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

/**
 * What the machine has, as far as real nodes leave something: processes that name this fleet's folder,
 * network namespaces (and with them what nft keeps), links, routes, mounts, control groups.
 */
function machine(): Record<string, string[]> {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const commands = processes.map((pid) => [
    pid,
    told(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' '),
  ]);
  return {
    processes: commands.filter(([, words]) => words?.includes(state)).map((each) => each.join(' ')),
    networks: processes.map((pid) => told(() => readlinkSync(`/proc/${pid}/ns/net`))),
    links: linesOf('ip', '-o', 'link').map((line) => line.split(':')[1]?.trim() ?? ''),
    routes: linesOf('ip', 'route'),
    mounts: readFileSync('/proc/mounts', 'utf8').split('\n'),
    groups: linesOf('find', '/sys/fs/cgroup', '-name', 'openmcp*'),
    folders: linesOf(
      'find',
      '/run',
      '/var/log',
      '/var/lib',
      '-maxdepth',
      '1',
      '-name',
      '*openmcp*',
    ),
  };
}

/** What is there now and was not before, by kind. Others may come and go on this machine, and only go here. */
function added(before: ReturnType<typeof machine>): Record<string, string[]> {
  const now = Object.entries(machine()).map(([kind, all]) => [
    kind,
    [...new Set(all)].filter((each) => each !== '' && !before[kind]?.includes(each)),
  ]);
  return Object.fromEntries(now.filter(([, left]) => (left?.length ?? 0) > 0));
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
    const before = machine();
    let last: readonly PidRecord[] = [];
    for (let round = 0; round < 10; round += 1) {
      await isUp(start('real'));
      expect(last.filter(isAlive)).toEqual([]);
      expect(Object.keys(added(before))).toEqual(
        expect.arrayContaining(['processes', 'networks', 'links', 'routes', 'groups']),
      );
      last = await killLauncher();
    }

    expect(await ended(launch('stop'))).toBe(0);

    expect(added(before)).toEqual({});
  }, 900_000);

  it('Ctrl-C leaves nothing, and neither does npm stop', async () => {
    const before = machine();
    const first = start('real');
    await isUp(first);
    process.kill(-(first.pid ?? 0), 'SIGINT');
    await ended(first);
    expect(added(before)).toEqual({});

    const second = start('real');
    await isUp(second);
    expect(await ended(launch('stop'))).toBe(0);
    await ended(second);
    expect(added(before)).toEqual({});
  }, 300_000);
});

describeReal('two fleets of real nodes side by side', () => {
  const { apply, address } = useMember('cluster1');

  it('do not meet: Services of both answer', async () => {
    await apply(deployment('web', WEB), service('web', 'LoadBalancer'));
    const ours = await address('web');
    await eventually(() => fetched(ours), 60_000);
    const fleet = start('real');
    await isUp(fleet);
    const file = join(state, 'web.json');
    const items = [deployment('web', WEB), service('web', 'LoadBalancer')];
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    kubectl('apply', '-f', file);

    const pod = await eventually(() => {
      const found = kubectl(
        'get',
        'pods',
        '-l',
        'app=web',
        '-o',
        'jsonpath={.items[0].status.podIP}',
      );
      expect(found).toMatch(/^198\.1[89]\./);
      return found;
    }, 60_000);

    const theirs = await eventually(() => fetched(pod, { port: 8080 }), 30_000);
    const { body } = await fetched(ours);
    expect(theirs.body).toMatch(/^pod=web-/);
    expect(body).toMatch(/^pod=web-/);
    expect(body).not.toBe(theirs.body);
  }, 240_000);
});
