/** Whether an address is free, and who holds it when it is not. */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';

/** Words for a person, "nginx (pid 4711)"; null when the address is free. */
export async function occupant(host: string, port: number): Promise<string | null> {
  const free = await new Promise<boolean>((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => {
      if ('code' in error && error.code === 'EADDRINUSE') resolve(false);
      else reject(new Error(`cannot listen on ${host}:${port}: ${error.message}`));
    });
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
  return free ? null : (holderOf(host, port) ?? 'another program');
}

/** Looks through /proc: the inode of the listening socket, then whose it is. */
function holderOf(host: string, port: number): string | null {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const inodes = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readLines(table)) {
      const fields = line.trim().split(/\s+/);
      const [, local = '', , state] = fields;
      const isOurs = local.endsWith(suffix) && covers(local.slice(0, -suffix.length), hexOf(host));
      if (state === '0A' && isOurs) inodes.add(`socket:[${fields[9]}]`);
    }
  }
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (holds(pid, inodes))
      return `${readLines(`/proc/${pid}/comm`)[0] ?? 'a program'} (pid ${pid})`;
  }
  return null;
}

/** An IPv4 address as /proc/net/tcp writes it: a word of the machine's order, which is little-endian. */
function hexOf(host: string): string {
  const bytes = host.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'));
  return bytes.toReversed().join('').toUpperCase();
}

/** The listener has this address, also as one mapped into IPv6, or has every one. */
const covers = (local: string, address: string): boolean =>
  /^0+$/.test(local) || local.endsWith(address);

function holds(pid: string, inodes: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) =>
      inodes.has(readlinkSync(`/proc/${pid}/fd/${fd}`)),
    );
  } catch {
    // Gone, or another user's.
    return false;
  }
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}
