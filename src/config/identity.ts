/** Who a process is among its replicas, and whether one that held a lease is still alive. */

import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** `host/pid/start`, unless a name is given. The start time tells a process from a later one of its pid. */
export function identityOf(given: string | undefined): string {
  return given ?? `${hostname()}/${process.pid}/${startTime(process.pid) ?? 0}`;
}

/**
 * Whether `identity` names a process of this host that is no more, so that its lease need not be
 * waited for. False for another host's: nobody can see from here.
 */
export function sameHostAndDead(identity: string): boolean {
  const [host, pid, start] = identity.split('/');
  if (host !== hostname() || pid === undefined || start === undefined) return false;
  return String(startTime(Number(pid)) ?? 'gone') !== start;
}

/** Clock ticks from boot to the start of the process (proc(5), field 22); null when there is none. */
function startTime(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name before it may hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[19]);
  } catch {
    return null;
  }
}
