/** Which processes are this fleet's, on disk: so that a killed launcher leaves nothing unknown. */

import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as z from 'zod';

/** The start time tells a process from a later one that got its pid. */
export interface PidRecord {
  readonly name: string;
  readonly pid: number;
  readonly start: number;
}

const Records = z.array(z.object({ name: z.string(), pid: z.int(), start: z.number() }));

export function readRecords(file: string): PidRecord[] {
  try {
    return Records.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return [];
  }
}

export function writeRecords(file: string, records: readonly PidRecord[]): void {
  const temporary = `${file}.tmp`;
  writeFileSync(temporary, JSON.stringify(records, null, 2));
  renameSync(temporary, file);
}

/**
 * Clock ticks from boot to the start of the process (proc(5), field 22); null when it is gone.
 * `proc`: where procfs is mounted.
 */
export function startTime(pid: number, proc = '/proc'): number | null {
  try {
    const stat = readFileSync(`${proc}/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie runs no more, only its parent has not looked yet; but the first thread is one
    // already while others still end, and these hold its ports.
    const isZombie = fields[0] === 'Z' && readdirSync(`${proc}/${pid}/task`).length <= 1;
    return isZombie ? null : Number(fields[19]);
  } catch {
    return null;
  }
}

export function isAlive({ pid, start }: PidRecord): boolean {
  return startTime(pid) === start;
}

/** Ends what is recorded and still lives: first asked, then killed. Groups, since some have children. */
export async function endRecorded(records: readonly PidRecord[], graceMs: number): Promise<void> {
  const living = records.filter(isAlive);
  for (const { pid } of living) signal(pid, 'SIGTERM');
  const end = Date.now() + graceMs;
  while (living.some(isAlive) && Date.now() < end) await pause(100);
  // What entered a node ends before the program that it started there.
  for (const { pid } of living) if (isGroupAlive(pid)) signal(pid, 'SIGKILL');
  while (living.some((record) => isAlive(record) || isGroupAlive(record.pid))) await pause(50);
}

export function signal(pid: number, name: NodeJS.Signals): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, name);
      return;
    } catch {
      // No such group, or gone already.
    }
  }
}

/** Whether a process is left of the group that `pid` began. */
export function isGroupAlive(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
