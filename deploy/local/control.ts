/** Speaking to a running launcher: HTTP over a unix socket in the state folder. */

import { rmSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';

export interface Controllable {
  names(): string[];
  pids(): Record<string, number>;
  kill(name: string): void;
  stop(name: string): Promise<void>;
  crash(name: string): Promise<void>;
  restart(name: string): Promise<void>;
  /** Ends the fleet and the launcher. */
  shutdown(): void;
}

/** `GET /components`; `POST /components/<name>/{kill,crash,stop,start}`; `POST /shutdown`. */
export function serveControl(socket: string, fleet: Controllable): Promise<Server> {
  rmSync(socket, { force: true });
  const server = createServer((message, response) => {
    answer(fleet, message.method ?? '', message.url ?? '').then(
      (body) => response.writeHead(200).end(JSON.stringify(body)),
      (error: unknown) =>
        response.writeHead(400).end(error instanceof Error ? error.message : String(error)),
    );
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, () => resolve(server));
  });
}

async function answer(fleet: Controllable, method: string, url: string): Promise<unknown> {
  if (method === 'GET' && url === '/components') return fleet.pids();
  const [, name = '', verb = ''] = /^\/components\/(.+)\/(kill|crash|stop|start)$/.exec(url) ?? [];
  const acts: Readonly<Record<string, () => void | Promise<void>>> = {
    kill: () => fleet.kill(name),
    crash: () => fleet.crash(name),
    stop: () => fleet.stop(name),
    start: () => fleet.restart(name),
  };
  const act = url === '/shutdown' ? () => fleet.shutdown() : acts[verb];
  if (method !== 'POST' || act === undefined) throw new Error(`no such control: ${method} ${url}`);
  await act();
  return {};
}

/** Rejects when no launcher answers on that socket. */
export function askControl(socket: string, method: 'GET' | 'POST', path: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath: socket, method, path, timeout: 120_000 }, (response) => {
      let text = '';
      response.on('data', (data: Buffer) => {
        text += data.toString();
      });
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(text));
        else reject(new Error(`the launcher refused ${path}: ${text}`));
      });
    });
    call.on('error', reject);
    call.on('timeout', () => call.destroy(new Error(`the launcher did not answer ${path}`)));
    call.end();
  });
}
