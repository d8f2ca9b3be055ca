/** Starting and ending a fleet, and taking over what a killed launcher left. */

import { existsSync, mkdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { Options } from './arguments.ts';
import { ensureBuilt } from './build.ts';
import { removeGroups } from './components/node/cgroups.ts';
import { askControl, serveControl } from './control.ts';
import { writeEndpoints } from './endpoints.ts';
import { buildsOf, startFleet } from './fleet.ts';
import { page } from './page.ts';
import { endRecorded, isAlive, pause, readRecords, writeRecords } from './pid-records.ts';
import { withNetwork } from './real-nodes.ts';
import { paths, type Settings } from './settings.ts';
import { Supervisor } from './supervisor.ts';

const GRACE_MS = 10_000;
const say = (line: string) => process.stdout.write(`${line}\n`);

export async function build({ settings }: Options): Promise<number> {
  await ensureBuilt(buildsOf(settings), say);
  return 0;
}

/** Runs until it is told to end, by Ctrl-C, a signal, or `npm stop`. */
export async function start(options: Options): Promise<number> {
  const begun = performance.now();
  const { state } = options.settings;
  if (await answers(state)) {
    if (options.reset)
      throw new Error(`cannot reset: the fleet in ${state} runs; npm stop ends it`);
    say(`\nThe fleet in ${state} runs already; npm stop ends it.`);
    return 0;
  }
  await endLeftovers(state);
  if (options.reset) rmSync(state, { recursive: true, force: true });
  const settings = await withNetwork(options.settings);
  const fleet = new Launcher(settings);
  process.once('SIGINT', () => fleet.end('Stopping …'));
  process.once('SIGTERM', () => fleet.end('Stopping …'));
  process.once('SIGHUP', () => fleet.end('Stopping …'));
  try {
    await fleet.up(say);
    say(page(settings, (performance.now() - begun) / 1000, options.simulatedBecause));
  } catch (error) {
    if (!fleet.ending) {
      fleet.end(null);
      await fleet.ended;
      throw error;
    }
  }
  await fleet.ended;
  return 0;
}

export async function stop({ settings: { state } }: Options): Promise<number> {
  if (await answers(state)) {
    await askControl(paths.control(state), 'POST', '/shutdown');
    const records = readRecords(paths.pids(state));
    const end = Date.now() + 6 * GRACE_MS;
    while (records.some(isAlive) && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  await endLeftovers(state);
  say('stopped');
  return 0;
}

/** One fleet from its start to its end, whoever asks for it. */
export class Launcher {
  readonly ended: Promise<void>;
  ending = false;
  readonly #settings: Settings;
  readonly #supervisor: Supervisor;
  readonly #resolve: () => void;
  #control: Server | null = null;

  constructor(settings: Settings) {
    this.#settings = settings;
    mkdirSync(settings.state, { recursive: true, mode: 0o700 });
    this.#supervisor = new Supervisor({
      pids: paths.pids(settings.state),
      log: (name) => paths.log(settings, name),
      say,
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#resolve = resolve;
  }

  async up(tell: (line: string) => void): Promise<void> {
    const supervisor = this.#supervisor;
    this.#control = await serveControl(paths.control(this.#settings.state), {
      names: () => supervisor.names(),
      pids: () => supervisor.pids(),
      kill: (name) => supervisor.kill(name),
      crash: (name) => supervisor.crash(name),
      stop: (name) => supervisor.stop(name),
      restart: (name) => supervisor.restart(name),
      shutdown: () => this.end('Stopping …'),
    });
    await startFleet(this.#settings, supervisor, tell);
    writeEndpoints(this.#settings, supervisor.pids());
  }

  end(why: string | null): void {
    if (this.ending) return;
    this.ending = true;
    if (why !== null) say(why);
    this.#finish().then(
      () => this.#resolve(),
      (error: unknown) => {
        say(error instanceof Error ? error.message : String(error));
        this.#resolve();
      },
    );
  }

  async #finish(): Promise<void> {
    await this.#supervisor.stopAll();
    await cleanGroups(this.#settings.state);
    rmSync(paths.endpoints(this.#settings.state), { force: true });
    this.#control?.closeAllConnections();
    this.#control?.close();
  }
}

async function answers(state: string): Promise<boolean> {
  if (!existsSync(paths.control(state))) return false;
  try {
    await askControl(paths.control(state), 'GET', '/components');
    return true;
  } catch {
    return false;
  }
}

/** A launcher that was killed could not end its processes; their records tell which they are. */
async function endLeftovers(state: string): Promise<void> {
  const file = paths.pids(state);
  const records = readRecords(file);
  const living = records.filter(isAlive);
  if (living.length > 0) say(`Ending ${living.length} processes that a killed launcher left …`);
  await endRecorded(records, GRACE_MS);
  await cleanGroups(state);
  if (records.length > 0) writeRecords(file, []);
  rmSync(paths.control(state), { force: true });
}

/** What ran in them has just been ended; the kernel takes a moment until they are empty. */
async function cleanGroups(state: string): Promise<void> {
  const end = Date.now() + GRACE_MS;
  let left = removeGroups(state);
  while (left.length > 0 && Date.now() < end) {
    await pause(50);
    left = removeGroups(state);
  }
  if (left.length > 0) say(`control groups still have processes: ${left.join(', ')}`);
}
