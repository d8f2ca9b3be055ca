import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { expect, it } from '@jest/globals';
import { identityOf, sameHostAndDead } from '../../../src/config/identity.ts';

it('takes this process for alive, and another of the same pid for dead', () => {
  const identity = identityOf(undefined);

  expect(sameHostAndDead(identity)).toBe(false);
  expect(sameHostAndDead(`${hostname()}/${process.pid}/1`)).toBe(true);
});

it('knows that an ended process is dead', async () => {
  const child = spawn('true');
  await once(child, 'exit');

  expect(sameHostAndDead(`${hostname()}/${child.pid}/12345`)).toBe(true);
});

it('cannot tell of other hosts, nor of names it did not give', () => {
  expect(sameHostAndDead('elsewhere/1/1')).toBe(false);
  expect(sameHostAndDead('controller-7d9f')).toBe(false);
});
