import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Process } from '../../../deploy/local/component.ts';
import { isGroupAlive } from '../../../deploy/local/pid-records.ts';
import { Supervisor } from '../../../deploy/local/supervisor.ts';
import { eventually } from '../../support/eventually.ts';

let folder: string;
let said: string[];
let supervisor: Supervisor;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openmcp-supervisor-'));
  said = [];
  supervisor = new Supervisor({
    pids: join(folder, 'pids.json'),
    log: (name) => join(folder, `${name}.log`),
    say: (line) => said.push(line),
  });
});
afterEach(async () => {
  await supervisor.stopAll();
  rmSync(folder, { recursive: true });
});

const sh = (script: string, more: Partial<Process> = {}): Process => ({
  name: 'it',
  command: 'sh',
  args: ['-c', script],
  listens: [],
  ready: async () => undefined,
  ...more,
});
const pid = () => supervisor.pids()['it'] ?? 0;

describe('a process', () => {
  it('that is killed is started again', async () => {
    await supervisor.start(sh('sleep 60'));
    const first = pid();

    supervisor.kill('it');

    await eventually(() => expect([0, first]).not.toContain(pid()));
    expect(said).toEqual(['it ended; starting it again']);
  });

  it('that crashes stays dead until it is wanted again', async () => {
    await supervisor.start(sh('sleep 60'));

    await supervisor.crash('it');

    expect(supervisor.pids()).toEqual({});
    await supervisor.restart('it');
    expect(pid()).toBeGreaterThan(0);
  });

  it('is not up while what is done around it fails, and is ended then', async () => {
    let tries = 0;
    const started = async () => {
      tries += 1;
      if (tries < 3) throw new Error('no room for it');
    };

    await supervisor.start(sh('sleep 60', { started }));

    expect(tries).toBe(3);
    expect(said).toContain('it: no room for it');
  });

  it('that cannot be up is given up, with the reason and the end of its log', async () => {
    const process = sh('echo what went wrong; exit 1', {
      ready: () => Promise.reject(new Error('nobody answers')),
    });

    await expect(supervisor.start(process)).rejects.toThrow(
      /cannot start it: nobody answers\n.*\n +what went wrong/s,
    );
  }, 30_000);

  it('waits for the place that it is to run in, and runs there', async () => {
    let looks = 0;
    const within = () => {
      looks += 1;
      if (looks < 3) throw new Error('its node is not up');
      return ['env', 'PLACE=there'];
    };

    await supervisor.start(sh(`echo $PLACE > ${folder}/place; sleep 60`, { within }));

    await eventually(() => expect(readFileSync(join(folder, 'place'), 'utf8')).toBe('there\n'));
    expect(said).toEqual([]);
  });

  it('is told why there is no place for it', async () => {
    const within = () => {
      throw new Error('its node is not up');
    };

    await expect(supervisor.start(sh('sleep 60', { within }))).rejects.toThrow(
      'cannot start it: its node is not up',
    );
  }, 30_000);

  it('is stopped with what it started, also what does not listen', async () => {
    // As nsenter does, the first one ends at once while the program that it runs goes on.
    const script = `sh -c 'trap "" TERM; touch ${folder}/deaf; sleep 60; sleep 60' & wait`;
    await supervisor.start(sh(script, { stopSeconds: 1 }));
    await eventually(() => expect(existsSync(join(folder, 'deaf'))).toBe(true));
    const group = pid();

    await supervisor.stop('it');

    expect(isGroupAlive(group)).toBe(false);
  });

  it('is not started any more once all are being stopped', async () => {
    await supervisor.start(sh('sleep 60'));
    await supervisor.stop('it');

    await supervisor.stopAll();

    await expect(supervisor.restart('it')).rejects.toThrow('is being stopped');
  });
});
