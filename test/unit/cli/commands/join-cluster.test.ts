import { beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from '../../../../src/nfs/registry.ts';
import { kubeconfig } from '../../nfs/kubeconfigs.ts';
import { FakeHub } from '../fake-hub.ts';
import { HUB, useTerminal } from '../terminal.ts';

const terminal = useTerminal();
const IP = '10.0.3.40';
let registry = '';
let hub = new FakeHub();
beforeEach(async () => {
  registry = await terminal.registry((tree) =>
    tree.registerMember(HUB, IP, kubeconfig('cluster1')),
  );
  hub = new FakeHub();
  hub.controller = ({ spec }) => {
    const joining = JSON.stringify(spec).includes('"JOINING"');
    return joining ? { spec: { joinStatus: 'JOIN' } } : null;
  };
  terminal.hub = hub;
});

const join = (...args: readonly string[]) =>
  terminal.openmcp(
    ...['join', 'cluster', '--ip', IP, '--registry', registry, '--openmcp-ip', HUB, ...args],
  );

describe('a join', () => {
  it('is asked for by an OpenMCPCluster, followed, and told', async () => {
    const answer = await join('--region', 'AS', '--zone', 'KR');

    expect(answer.code).toBe(0);
    expect(answer.stdout).toBe(
      "Success Join 'cluster1' (10.0.3.40) to OpenMCP Master: 10.0.3.30\n",
    );
    expect(hub.cluster('cluster1')).toMatchObject({
      metadata: { namespace: 'openmcp', name: 'cluster1' },
      spec: { serverIP: IP, joinStatus: 'JOIN', nodeInfo: { region: 'AS', zone: 'KR' } },
    });
    expect(hub.closed).toBe(true);
  });

  it('gives the addresses that its Services may take', async () => {
    expect(await join('--lb-range', '10.0.3.200-10.0.3.250')).toMatchObject({ code: 0 });

    expect(hub.cluster('cluster1')).toMatchObject({
      spec: { metalLBRange: { addressFrom: '10.0.3.200', addressTo: '10.0.3.250' } },
    });
  });

  it('answers scripts, and shows them nothing else', async () => {
    const answer = await join('--output', 'json');

    expect(answer).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(answer.stdout)).toEqual({ joined: 'cluster1', ip: IP });
  });

  it('keeps what an OpenMCPCluster says that is there', async () => {
    hub.write('cluster1', { spec: { joinStatus: 'UNJOIN', clusterPlatformType: 'GKE' } });

    expect(await join()).toMatchObject({ code: 0 });

    expect(hub.cluster('cluster1')).toMatchObject({
      spec: { serverIP: IP, joinStatus: 'JOIN', clusterPlatformType: 'GKE' },
    });
  });

  it('that is under way is followed as it is', async () => {
    hub.controller = null;
    hub.write('cluster1', { spec: { joinStatus: 'JOINING', serverIP: 'as it was' } });
    const answer = join();

    setTimeout(() => hub.write('cluster1', { spec: { joinStatus: 'JOIN' } }), 50);

    expect(await answer).toMatchObject({ code: 0 });
    expect(hub.cluster('cluster1')).toMatchObject({ spec: { serverIP: 'as it was' } });
  });

  it('that is undone ends with its reason', async () => {
    hub.controller = ({ spec }) =>
      JSON.stringify(spec).includes('JOINING')
        ? {
            spec: { joinStatus: 'UNJOIN' },
            status: {
              conditions: [
                { type: 'Joined', status: 'False', reason: 'Forbidden', message: 'no rights' },
              ],
            },
          }
        : null;

    const answer = await join();

    expect(answer).toMatchObject({ code: 2, stdout: '' });
    expect(answer.stderr).toContain('error: cluster1 did not reach JOIN: Forbidden: no rights\n');
  });
});

describe('a join is not asked for', () => {
  it.each([
    '10.0.3.200',
    '10.0.3.200-250',
    '10.0.3.200-fd00::1',
    'a-b',
    '10.0.3.1-10.0.3.2-10.0.3.3',
  ])('with the addresses %s', async (range) => {
    const answer = await join('--lb-range', range);

    expect(answer).toMatchObject({ code: 2, stdout: '' });
    expect(answer.stderr).toContain('two IP addresses of one family');
  });

  it.each<[string, readonly string[], number, string]>([
    ['of what nobody registered', ['--ip', '10.0.3.77'], 3, 'run openmcp register member --ip'],
    ['in a registry without the hub', ['--openmcp-ip', '10.0.9.9'], 3, 'registry of 10.0.9.9'],
  ])('%s', async (_what, args, code, message) => {
    const answer = await join(...args);

    expect(answer).toMatchObject({ code, stdout: '' });
    expect(answer.stderr).toContain(message);
    expect(hub.cluster('cluster1')).toBeNull();
  });

  it('with addresses that end before they begin', async () => {
    const answer = await join('--lb-range', '10.0.3.250-10.0.3.200');

    expect(answer).toMatchObject({ code: 2, stdout: '' });
    expect(answer.stderr).toContain('ends before it begins');
  });

  it('of what the registry has as joined', async () => {
    await Registry.open(registry).moveMember(HUB, IP, 'join');

    const answer = await join();

    expect(answer).toMatchObject({ code: 4, stdout: '' });
    expect(answer.stderr).toContain('cannot join 10.0.3.40: it is joined already');
    expect(hub.cluster('cluster1')).toBeNull();
  });

  it.each(['JOIN', 'UNJOINING'])('of what the hub has as %s', async (joinStatus) => {
    hub.controller = null;
    hub.write('cluster1', { spec: { joinStatus } });

    const answer = await join();

    expect(answer).toMatchObject({ code: 4, stdout: '' });
    expect(answer.stderr).toContain(`is ${joinStatus}; let it leave first`);
    expect(hub.cluster('cluster1')).toMatchObject({ spec: { joinStatus } });
  });

  it('where the hub cannot be reached', async () => {
    terminal.hub = null;

    const answer = await join();

    expect(answer).toMatchObject({ code: 5, stdout: '' });
    expect(answer.stderr).toMatch(/cannot reach the hub.*\n {2}fix: /);
  });
});
