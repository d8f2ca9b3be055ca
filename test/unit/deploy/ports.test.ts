import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from '@jest/globals';
import { occupant } from '../../../deploy/local/ports.ts';

it('names who holds an address, and nobody once it is free', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  expect(await occupant('127.0.0.1', port)).toContain(`(pid ${process.pid})`);

  server.close();
  await once(server, 'close');
  expect(await occupant('127.0.0.1', port)).toBeNull();
});

it('names the holder of this very address, not of the same port elsewhere', async () => {
  const { child, port } = await listening('127.0.0.2');
  const own = createServer().listen(port, '127.0.0.3');
  await once(own, 'listening');

  try {
    expect(await occupant('127.0.0.2', port)).toContain(`(pid ${child.pid})`);
    expect(await occupant('127.0.0.3', port)).toContain(`(pid ${process.pid})`);
    expect(await occupant('127.0.0.4', port)).toBeNull();
  } finally {
    own.close();
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

/** Another process that listens there, at a port of its choice. */
async function listening(host: string) {
  const script = `const s = require('node:net').createServer().listen(0, '${host}', () => console.log(s.address().port))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(child.stdout, 'data');
  return { child, port: Number(String(port)) };
}
