/** Runs processes until told otherwise: started, watched, restarted when they end by themselves. */

import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Process } from './component.ts';
import {
  isGroupAlive,
  type PidRecord,
  pause,
  signal,
  startTime,
  writeRecords,
} from './pid-records.ts';
import { occupant } from './ports.ts';

const READY_SECONDS = 90;
const RESTART_FIRST_MS = 200;
const RESTART_MOST_MS = 5_000;
const ROTATE_BYTES = 20 * 1024 * 1024;
const STOP_SECONDS = 10;
/** What ran that long did not fail at its start. */
const SETTLED_MS = 60_000;

interface Running {
  readonly process: Process;
  child: ChildProcess | null;
  record: PidRecord | null;
  /** It shall run; false once it was stopped on purpose. */
  wanted: boolean;
  restarts: number;
  exited: Promise<void>;
  /** What is done around it after its start; rejects when that failed, or there is no place for it. */
  started: Promise<void>;
  /** When it was started last, on the clock of `performance`. */
  since: number;
}

export class Supervisor {
  readonly #running = new Map<string, Running>();
  readonly #options: { pids: string; log: (name: string) => string; say: (line: string) => void };
  #ending = false;

  constructor(options: {
    pids: string;
    log: (name: string) => string;
    say: (line: string) => void;
  }) {
    this.#options = options;
  }

  /** Starts it and waits until it serves; throws with the end of its log when it does not. */
  async start(process: Process): Promise<void> {
    for (const { host, port } of process.listens) {
      const holder = await occupant(host, port);
      if (holder !== null)
        throw new Error(`cannot start ${process.name}: ${host}:${port} is taken by ${holder}`);
    }
    if (this.#ending) throw new Error(`stopped before ${process.name} was started`);
    const running: Running = {
      process,
      child: null,
      record: null,
      wanted: true,
      restarts: 0,
      exited: Promise.resolve(),
      started: Promise.resolve(),
      since: 0,
    };
    this.#running.set(process.name, running);
    this.#spawn(running);
    await this.#untilReady(running);
  }

  names(): string[] {
    return [...this.#running.keys()];
  }

  pids(): Record<string, number> {
    return Object.fromEntries(
      [...this.#running].flatMap(([name, { record }]) =>
        record === null ? [] : [[name, record.pid]],
      ),
    );
  }

  /** SIGKILL, as a crash would be; it is started again. */
  kill(name: string): void {
    const { record } = this.#find(name);
    if (record !== null) signal(record.pid, 'SIGKILL');
  }

  /** Stays stopped until `restart`. */
  async stop(name: string): Promise<void> {
    const running = this.#find(name);
    running.wanted = false;
    await this.#end(running);
  }

  /** SIGKILL, and stays dead until `restart`. */
  async crash(name: string): Promise<void> {
    const running = this.#find(name);
    running.wanted = false;
    const { record } = running;
    if (record === null) return;
    signal(record.pid, 'SIGKILL');
    await running.exited;
    while (isGroupAlive(record.pid)) await pause(20);
  }

  async restart(name: string): Promise<void> {
    const running = this.#find(name);
    if (this.#ending) throw new Error(`cannot start ${name}: the fleet is being stopped`);
    if (running.wanted && running.child !== null) return;
    running.wanted = true;
    running.restarts = 0;
    this.#spawn(running);
    await this.#untilReady(running);
  }

  /** Ends all, the last started first. */
  async stopAll(): Promise<void> {
    this.#ending = true;
    const groups = [...this.#running.values()].toReversed();
    // Ours first, while what they talk to is still there; the rest together.
    const ours = groups.filter(({ process }) => ['controller', 'worker'].includes(process.name));
    for (const batch of [ours, groups])
      await Promise.all(batch.map((running) => this.#end(running)));
    this.#record();
  }

  #find(name: string): Running {
    const running = this.#running.get(name);
    if (running === undefined) {
      throw new Error(`cannot find component ${name}: there are ${this.names().join(', ')}`);
    }
    return running;
  }

  #spawn(running: Running): void {
    const { name, env } = running.process;
    let words: readonly string[];
    try {
      words = commandOf(running.process);
    } catch (error) {
      running.started = Promise.reject(error);
      running.started.catch(() => undefined);
      this.#spawnLater(running);
      return;
    }
    const [command = '', ...args] = words;
    const log = this.#openLog(name);
    const child = spawn(command, args, {
      stdio: ['ignore', log, log],
      env: { ...process.env, ...env },
      // A group of its own: Ctrl-C reaches the launcher alone, which stops them in order.
      detached: true,
    });
    closeSync(log);
    const { pid } = child;
    running.child = child;
    running.since = performance.now();
    running.record = pid === undefined ? null : { name, pid, start: startTime(pid) ?? 0 };
    this.#record();
    running.exited = new Promise((resolve) => {
      const ended = () => {
        running.child = null;
        running.record = null;
        resolve();
        this.#onExit(running);
      };
      child.once('exit', ended);
      child.once('error', ended);
    });
    running.started = pid === undefined ? Promise.resolve() : this.#settle(running, pid);
    // Looked at only while somebody waits for it.
    running.started.catch(() => undefined);
  }

  /** One around which things cannot be done is of no use: it is ended, and so started anew. */
  async #settle({ process }: Running, pid: number): Promise<void> {
    try {
      await process.started?.(pid);
    } catch (error) {
      if (!this.#ending) this.#options.say(`${process.name}: ${messageOf(error)}`);
      signal(pid, 'SIGKILL');
      throw error;
    }
  }

  #onExit(running: Running): void {
    if (this.#ending || !running.wanted) return;
    if (performance.now() - running.since > SETTLED_MS) running.restarts = 0;
    this.#options.say(`${running.process.name} ended; starting it again`);
    this.#spawnLater(running);
  }

  #spawnLater(running: Running): void {
    const delay = Math.min(RESTART_MOST_MS, RESTART_FIRST_MS * 2 ** running.restarts);
    running.restarts += 1;
    setTimeout(() => {
      if (!this.#ending && running.wanted && running.child === null) this.#spawn(running);
    }, delay).unref();
  }

  async #end(running: Running): Promise<void> {
    const { record, exited, process } = running;
    if (record === null) return;
    const { pid } = record;
    signal(pid, 'SIGTERM');
    const seconds = process.stopSeconds ?? STOP_SECONDS;
    const late = setTimeout(() => signal(pid, 'SIGKILL'), seconds * 1000);
    await exited;
    // What entered a node ends before the program that it started there.
    while (isGroupAlive(pid)) await pause(20);
    // A timer that is left would keep the launcher alive.
    clearTimeout(late);
  }

  async #untilReady(running: Running): Promise<void> {
    const { name, ready } = running.process;
    const end = Date.now() + READY_SECONDS * 1000;
    for (let last = ''; ; ) {
      const { child } = running;
      try {
        await running.started;
        await ready();
        if (child === null || child !== running.child) throw new Error('it ended');
        running.restarts = 0;
        return;
      } catch (error) {
        last = messageOf(error);
      }
      if (this.#ending) throw new Error(`stopped while ${name} was starting`);
      if (Date.now() > end || running.restarts > 5) {
        throw new Error(`cannot start ${name}: ${last}\n${tail(this.#options.log(name))}`);
      }
      await pause(100);
    }
  }

  #openLog(name: string): number {
    const file = this.#options.log(name);
    mkdirSync(dirname(file), { recursive: true });
    if (existsSync(file) && statSync(file).size > ROTATE_BYTES) renameSync(file, `${file}.1`);
    return openSync(file, 'a', 0o600);
  }

  #record(): void {
    const records = [...this.#running.values()].flatMap(({ record }) => record ?? []);
    const self = { name: 'launcher', pid: process.pid, start: startTime(process.pid) ?? 0 };
    writeRecords(this.#options.pids, this.#ending ? [] : [self, ...records]);
  }
}

function commandOf({ within, command, args }: Process): readonly string[] {
  return [...(within?.() ?? []), command, ...args];
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

function tail(file: string): string {
  if (!existsSync(file)) return '';
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-8);
  return [`last lines of ${file}:`, ...lines].join('\n  ');
}
