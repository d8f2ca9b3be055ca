/** Asking a process whether it serves. */

import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';

const TIMEOUT_MS = 2_000;

export function portOpen(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: TIMEOUT_MS });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('timeout', () => socket.destroy(new Error(`${host}:${port} does not answer`)));
    socket.once('error', reject);
  });
}

export async function httpOk(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
}

/** Signed in by the admin certificate of the cluster whose keys are in `folder`. */
export function apiOk(url: string, folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      { timeout: TIMEOUT_MS, agent: false, ...signIn(folder) },
      (response) => {
        response.resume();
        if (response.statusCode === 200) resolve();
        else reject(new Error(`${url} answers ${response.statusCode}`));
      },
    );
    call.on('timeout', () => call.destroy(new Error(`${url} does not answer`)));
    call.on('error', reject);
    call.end();
  });
}

function signIn(folder: string): { ca: Buffer; cert: Buffer; key: Buffer } {
  const read = (name: string) => readFileSync(join(folder, name));
  return { ca: read('ca.crt'), cert: read('admin.crt'), key: read('admin.key') };
}
