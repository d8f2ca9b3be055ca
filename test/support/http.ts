/** Asking addresses over HTTP, from the host that the tests run on. */

import { get, type IncomingMessage } from 'node:http';

/** What an address answers to the host that the tests run on; `host` is asked for by that name. */
export function fetched(
  address: string,
  options: { port?: number; path?: string; host?: string } = {},
) {
  const { port = 80, path = '/', host = address } = options;
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const call = get(
      // A connection of its own each time: an old one would stay with its pod.
      { host: address, port, path, headers: { host }, agent: false, timeout: 3_000 },
      (response: IncomingMessage) => {
        let body = '';
        response.on('data', (data: Buffer) => {
          body += data.toString();
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
        response.on('error', reject);
      },
    );
    call.on('timeout', () => call.destroy(new Error(`${address}:${port} does not answer`)));
    call.on('error', reject);
  });
}
