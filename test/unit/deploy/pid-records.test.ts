import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import {
  endRecorded,
  isAlive,
  readRecords,
  startTime,
  writeRecords,
} from '../../../deploy/local/pid-records.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openmcp-pids-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function running(command: string, args: string[]) {
  const child = spawn(command, args, { detached: true, stdio: 'ignore' });
  const pid = child.pid ?? 0;
  return { child, record: { name: command, pid, start: startTime(pid) ?? 0 } };
}

it('reads what it wrote, and nothing from a broken file', () => {
  const file = join(folder, 'pids.json');
  const records = [{ name: 'etcd', pid: 1, start: 2 }];

  writeRecords(file, records);
  expect(readRecords(file)).toEqual(records);

  writeFileSync(file, '{"half":');
  expect(readRecords(file)).toEqual([]);
});

it('ends a recorded process, also one that does not listen', async () => {
  const polite = running('sleep', ['60']);
  const deaf = running('bash', ['-c', 'trap "" TERM; while :; do sleep 1; done']);
  const exits = Promise.all([once(polite.child, 'exit'), once(deaf.child, 'exit')]);

  await endRecorded([polite.record, deaf.record], 300);

  await exits;
  expect([polite.record, deaf.record].filter(isAlive)).toEqual([]);
});

it('leaves a process alone that only got the pid of a recorded one', async () => {
  const { child, record } = running('sleep', ['60']);

  await endRecorded([{ ...record, start: record.start - 1 }], 100);

  expect(isAlive(record)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
});

it.each([
  ['a zombie', ['42'], null],
  ['one whose first thread ended before the others', ['42', '43'], 1234],
])('knows whether %s lives', (_, threads, start) => {
  const fields = ['Z', ...Array.from({ length: 18 }, () => '0'), '1234'];
  for (const thread of threads) mkdirSync(join(folder, '42/task', thread), { recursive: true });
  writeFileSync(join(folder, '42/stat'), `42 (a (b) c) ${fields.join(' ')}`);

  expect(startTime(42, folder)).toBe(start);
});
