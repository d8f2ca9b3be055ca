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
