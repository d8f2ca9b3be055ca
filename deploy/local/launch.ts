/** Starting and ending a fleet, and taking over what a killed launcher left. */

import { existsSync, mkdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { Options } from './arguments.ts';
import { ensureBuilt } from './build.ts';
import { askControl, serveControl } from './control.ts';
import { writeEndpoints } from './endpoints.ts';
import { BUILDS, startFleet } from './fleet.ts';
import { page } from './page.ts';
import { endRecorded, isAlive, readRecords, writeRecords } from './pid-records.ts';
import { paths, type Settings } from './settings.ts';
import { Supervisor } from './supervisor.ts';

const GRACE_MS = 10_000;
const say = (line: string) => process.stdout.write(`${line}\n`);

export async function build(): Promise<number> {
  await ensureBuilt(BUILDS, say);
  return 0;
}

/** Runs until it is told to end, by Ctrl-C, a signal, or `npm stop`. */
export async function start({ settings, reset }: Options): Promise<number> {
  const begun = performance.now();
  if (await answers(settings)) {
    if (reset)
      throw new Error(`cannot reset: the fleet in ${settings.state} runs; npm stop ends it`);
    say(page(settings, 0).replace(/^\nOpenMCP is up after 0 s\./, '\nOpenMCP runs already.'));
    return 0;
  }
  await endLeftovers(settings);
  if (reset) rmSync(settings.state, { recursive: true, force: true });
  const fleet = new Launcher(settings);
  process.once('SIGINT', () => fleet.end('Stopping …'));
  process.once('SIGTERM', () => fleet.end('Stopping …'));
  process.once('SIGHUP', () => fleet.end('Stopping …'));
  try {
    await fleet.up(say);
    say(page(settings, (performance.now() - begun) / 1000));
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

export async function stop({ settings }: Options): Promise<number> {
  if (await answers(settings)) {
    await askControl(paths.control(settings.state), 'POST', '/shutdown');
    const records = readRecords(paths.pids(settings.state));
    const end = Date.now() + 6 * GRACE_MS;
    while (records.some(isAlive) && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  await endLeftovers(settings);
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
    rmSync(paths.endpoints(this.#settings.state), { force: true });
    this.#control?.closeAllConnections();
    this.#control?.close();
  }
}

async function answers({ state }: Settings): Promise<boolean> {
  if (!existsSync(paths.control(state))) return false;
  try {
    await askControl(paths.control(state), 'GET', '/components');
    return true;
  } catch {
    return false;
  }
}

/** A launcher that was killed could not end its processes; their records tell which they are. */
async function endLeftovers({ state }: Settings): Promise<void> {
  const file = paths.pids(state);
  const records = readRecords(file);
  const living = records.filter(isAlive);
  if (living.length > 0) say(`Ending ${living.length} processes that a killed launcher left …`);
  await endRecorded(records, GRACE_MS);
  if (records.length > 0) writeRecords(file, []);
  rmSync(paths.control(state), { force: true });
}
