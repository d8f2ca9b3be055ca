import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Followed, follow } from '../../../src/cli/follow.ts';
import { createOutput } from '../../../src/cli/output.ts';
import { resolveSettings } from '../../../src/cli/settings.ts';
import { eventually } from '../../support/eventually.ts';
import { FakeHub } from './fake-hub.ts';

const JOIN: Followed = {
  cluster: 'cluster1',
  from: 'JOINING',
  to: 'JOIN',
  workflow: 'JoinCluster/cluster1',
};
const LEAVE: Followed = { ...JOIN, from: 'UNJOINING', to: 'UNJOIN' };

let hub = new FakeHub();
let shown = '';
beforeEach(() => {
  hub = new FakeHub();
  shown = '';
  hub.write('cluster1', { spec: { joinStatus: 'JOINING' } });
});

const following = (followed = JOIN, timeout = 20) => {
  const stream = { write: (text: string) => void (shown += text) };
  const settings = resolveSettings({ output: 'table', timeout }, {}, '/');
  const end = follow(hub, followed, { settings, output: createOutput(stream, stream, false) });
  // Awaited by the test, at times after it has ended.
  end.catch(() => undefined);
  return end;
};

const step = (done: number, name: string) => ({
  status: { join: { step: name, done, total: 10 } },
});
const joined = (reason: string, message: string) => ({
  status: { conditions: [{ type: 'Joined', status: 'False', reason, message }] },
});

it('tells every step, and ends when it is done', async () => {
  const end = following();
  await eventually(() => expect(shown).toContain('0/0 waiting for the controller'));

  hub.write('cluster1', step(1, 'making our service account'));
  hub.write('cluster1', step(2, 'labelling the nodes'));
  hub.write('cluster1', { spec: { joinStatus: 'JOIN' } });

  await end;
  expect(shown).toBe(
    'cluster1: 0/0 waiting for the controller\n' +
      'cluster1: 1/10 making our service account\n' +
      'cluster1: 2/10 labelling the nodes\n',
  );
});

it('looks at no other cluster', async () => {
  const end = following();
  hub.write('cluster2', { spec: { joinStatus: 'JOIN' } });
  await eventually(() => expect(shown).toContain('cluster1'));
  hub.write('cluster2', step(1, 'of another'));

  hub.write('cluster1', { spec: { joinStatus: 'UNJOIN' }, ...joined('Forbidden', 'no rights') });

  await expect(end).rejects.toMatchObject({ message: expect.stringContaining('no rights') });
  expect(shown).not.toContain('of another');
});

it('is there at once when it is done already', async () => {
  hub.write('cluster1', { spec: { joinStatus: 'JOIN' } });

  await expect(following()).resolves.toBeUndefined();
});

it('ends with the reason when it was undone', async () => {
  const end = following();

  hub.write('cluster1', {
    spec: { joinStatus: 'UNJOIN' },
    ...joined('ClockSkew', 'set its clock'),
  });

  await expect(end).rejects.toMatchObject({
    code: 'Rejected',
    message: 'cluster1 did not reach JOIN: ClockSkew: set its clock',
  });
});

it('does not believe the reason of an earlier try', async () => {
  hub.write('cluster1', joined('ClockSkew', 'set its clock'));
  const end = following();
  await eventually(() => expect(shown).toContain('cluster1: 0/0'));

  hub.write('cluster1', { spec: { joinStatus: 'JOIN' } });

  await expect(end).resolves.toBeUndefined();
});

describe('an OpenMCPCluster that is deleted', () => {
  it('did not join', async () => {
    const end = following();
    await eventually(() => expect(shown).not.toBe(''));

    hub.remove('cluster1');

    await expect(end).rejects.toMatchObject({
      code: 'NotFound',
      message: expect.stringContaining('was deleted'),
    });
  });

  it('has left: its finalizer waits for that', async () => {
    hub.write('cluster1', { spec: { joinStatus: 'UNJOINING' } });
    const end = following(LEAVE);
    await eventually(() => expect(shown).not.toBe(''));

    hub.remove('cluster1');

    await expect(end).resolves.toBeUndefined();
  });
});

describe('time that is up', () => {
  it('says that it goes on, and where to look', async () => {
    await expect(following(JOIN, 0.2)).rejects.toMatchObject({
      code: 'NotYet',
      message:
        'cluster1 is still JOINING after 0.2 s; it goes on: kubectl get oc cluster1 -n openmcp -w, workflow JoinCluster/cluster1',
    });
  });

  it('says what is in the way, where nothing could be seen', async () => {
    hub.fail('Unavailable', 'cannot list openmcpclusters: ECONNREFUSED');

    await expect(following(JOIN, 0.2)).rejects.toMatchObject({
      code: 'Unavailable',
      message: 'cannot list openmcpclusters: ECONNREFUSED',
    });
    expect(shown).toContain('cannot list openmcpclusters: ECONNREFUSED; trying again\n');
  });
});

describe('a hub in trouble', () => {
  it('is forgotten once it is over', async () => {
    hub.fail('Unavailable', 'cannot list openmcpclusters: ECONNREFUSED');
    const end = following(JOIN, 3);
    await eventually(() => expect(shown).toContain('trying again'));

    hub.refusal = null;

    await expect(end).rejects.toMatchObject({ code: 'NotYet' });
    expect(shown).toContain('cluster1: 0/0');
  });

  it('is waited for', async () => {
    const end = following();
    await eventually(() => expect(shown).toContain('0/0'));
    hub.fail('Unavailable', 'cannot watch: socket closed');
    await eventually(() => expect(shown).toContain('trying again'));

    hub.refusal = null;
    hub.write('cluster1', { spec: { joinStatus: 'JOIN' } });

    await expect(end).resolves.toBeUndefined();
  });

  it('that does not let us look is told at once', async () => {
    hub.fail('Rejected', 'cannot list openmcpclusters: forbidden');

    await expect(following()).rejects.toMatchObject({
      code: 'Rejected',
      message: 'cannot list openmcpclusters: forbidden',
    });
  });
});

it('stops following when it is interrupted, and leaves no handler behind', async () => {
  const before = process.listenerCount('SIGINT');
  const end = following();
  await eventually(() => expect(shown).not.toBe(''));

  process.emit('SIGINT');

  await expect(end).rejects.toMatchObject({
    code: 'NotYet',
    message: 'stopped following; cluster1 is still JOINING and goes on by itself',
  });
  expect(process.listenerCount('SIGINT')).toBe(before);
});
