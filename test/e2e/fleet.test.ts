/** The launcher itself: nothing is left behind, nothing is in the way, two fleets do not meet. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { fleetGroup } from '../../deploy/local/components/node/cgroups.ts';
import { isAlive, type PidRecord, readRecords, startTime } from '../../deploy/local/pid-records.ts';
import { eventually } from '../support/eventually.ts';
import { fetched } from '../support/http.ts';
import { deployment, SHELL, service, WEB } from '../support/manifests.ts';
import { describeReal, useMember } from '../support/real-nodes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const UP_MS = 120_000;
const Endpoints = z.object({ nfs: z.object({ url: z.string() }) });
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

/** As people call them, with that fleet's addresses. */
function tool(name: 'kubectl' | 'openmcp', ...args: string[]): string {
  const { nfs } = Endpoints.parse(JSON.parse(readFileSync(join(state, 'endpoints.json'), 'utf8')));
  const addresses = {
    KUBECONFIG: join(state, 'kubeconfig'),
    OPENMCP_REGISTRY: nfs.url,
    OPENMCP_IP: '127.0.77.30',
  };
  const env = { ...process.env, ...addresses };
  return execFileSync(join(state, 'bin', name), args, { env, encoding: 'utf8' }).trimEnd();
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

  it('has its members joined again when it is started again', async () => {
    const whole = () => launch('start', '--members', '1', '--nodes-mode', 'kwok');
    const joined = () => tool('openmcp', 'join', 'list');
    const first = whole();
    await isUp(first);
    expect(joined()).toContain('127.0.77.40');
    expect(await ended(launch('stop'))).toBe(0);
    await ended(first);

    await isUp(whole());

    expect(joined()).toContain('127.0.77.40');
    await eventually(() => {
      const row = tool('kubectl', 'get', 'openmcpclusters', '-n', 'openmcp');
      expect(row).toMatch(/cluster1 +JOIN +True/);
    }, 60_000);
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

const output = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { encoding: 'utf8' }).trimEnd();
const linesOf = (command: string, ...args: string[]) => output(command, ...args).split('\n');

/** Of a process; empty where it has gone meanwhile. */
function told(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

const numbers = () =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
const parentOf = (pid: number) =>
  Number(
    told(() => /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? ''),
  );

/** The fleet's processes and all that they started, in whatever namespaces: these last as long as they do. */
function family(): PidRecord[] {
  const ours = new Set(records().map(({ pid }) => pid));
  for (let before = -1; before !== ours.size; ) {
    before = ours.size;
    for (const pid of numbers()) if (ours.has(parentOf(pid))) ours.add(pid);
  }
  return [...ours].flatMap((pid) => {
    const began = startTime(pid);
    return began === null ? [] : [{ name: String(pid), pid, start: began }];
  });
}

const Links = z.array(z.object({ ifname: z.string(), ifalias: z.string().optional() }));

/** What there is of this fleet on the machine, by kind. What is in namespaces goes with the last process in them. */
function traces(): Record<string, string[]> {
  const commands = numbers().map((pid) =>
    told(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' '),
  );
  const links = Links.parse(JSON.parse(output('ip', '-json', 'link')));
  const all = {
    processes: commands.filter((words) => words.includes(state)),
    // And with it the route of the host.
    links: links.filter(({ ifalias }) => ifalias === state).map(({ ifname }) => ifname),
    mounts: linesOf('cat', '/proc/mounts').filter((line) => line.includes(state)),
    groups: linesOf('find', '/sys/fs/cgroup', '-maxdepth', '2', '-name', groupOf(state)),
    folders: ['/run/openmcp'].filter((folder) => existsSync(folder)),
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([kind, found]) => {
      const left = found.filter((each) => each !== '');
      return left.length > 0 ? [[kind, left]] : [];
    }),
  );
}

const groupOf = (folder: string) => fleetGroup(folder).slice(1);

const kubectl = (...args: string[]) => tool('kubectl', '--context', 'cluster1', ...args);

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
        const answer = kubectl('exec', from, '-c', 'shell', '--', 'wget', '-qO-', url);
        expect(answer).toContain(`pod=${name} `);
      }
    }
  }, 240_000);

  const isThere = ['processes', 'links', 'groups'];

  it('ten times started and killed, it leaves nothing behind', async () => {
    let all: PidRecord[] = [];
    for (let round = 0; round < 10; round += 1) {
      await isUp(start('real'));
      expect(all.filter(isAlive)).toEqual([]);
      expect(Object.keys(traces())).toEqual(isThere);
      all = family();
      // Containers, their shims and what is in them are among these.
      expect(all.length).toBeGreaterThan(records().length + 5);
      await killLauncher();
    }

    expect(await ended(launch('stop'))).toBe(0);

    expect(all.filter(isAlive)).toEqual([]);
    expect(traces()).toEqual({});
  }, 900_000);

  it('Ctrl-C leaves nothing, and neither does npm stop', async () => {
    const first = start('real');
    await isUp(first);
    const before = family();
    expect(Object.keys(traces())).toEqual(isThere);
    process.kill(-(first.pid ?? 0), 'SIGINT');
    await ended(first);
    expect(before.filter(isAlive)).toEqual([]);
    expect(traces()).toEqual({});

    const second = start('real');
    await isUp(second);
    const after = family();
    expect(await ended(launch('stop'))).toBe(0);
    await ended(second);
    expect(after.filter(isAlive)).toEqual([]);
    expect(traces()).toEqual({});
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
