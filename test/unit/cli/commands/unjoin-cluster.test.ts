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
  registry = await terminal.registry(async (tree) => {
    await tree.registerMember(HUB, IP, kubeconfig('cluster1'));
    await tree.moveMember(HUB, IP, 'join');
  });
  hub = new FakeHub();
  hub.write('cluster1', { spec: { joinStatus: 'JOIN', serverIP: IP } });
  hub.controller = ({ spec }) =>
    JSON.stringify(spec).includes('UNJOINING') ? { spec: { joinStatus: 'UNJOIN' } } : null;
  terminal.hub = hub;
});

const unjoin = (...args: readonly string[]) =>
  terminal.openmcp(
    ...['unjoin', 'cluster', '--ip', IP, '--registry', registry, '--openmcp-ip', HUB, ...args],
  );

describe('a leave', () => {
  it.each<[readonly string[], object]>([
    [[], { unjoinPolicy: 'Relocate', force: false }],
    [['--remove'], { unjoinPolicy: 'Remove', force: false }],
    [['--force'], { unjoinPolicy: 'Relocate', force: true }],
  ])('with %p is asked for by the OpenMCPCluster, followed, and told', async (flags, spec) => {
    const answer = await unjoin(...flags);

    expect(answer.code).toBe(0);
    expect(answer.stdout).toBe(
      "Success Unjoin 'cluster1' (10.0.3.40) from OpenMCP Master: 10.0.3.30\n",
    );
    expect(hub.cluster('cluster1')).toMatchObject({ spec: { ...spec, joinStatus: 'UNJOIN' } });
    expect(hub.closed).toBe(true);
  });

  it('answers scripts', async () => {
    const { code, stdout } = await unjoin('-o', 'json');

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ left: 'cluster1', ip: IP });
  });

  it('can be asked for again with more force while it waits', async () => {
    hub.controller = null;
    expect(await unjoin('--timeout', '0.2')).toMatchObject({ code: 4 });

    hub.controller = ({ spec }) =>
      /UNJOINING.*"force":true/.test(JSON.stringify(spec))
        ? { spec: { joinStatus: 'UNJOIN' } }
        : null;
    expect(await unjoin('--force')).toMatchObject({ code: 0 });
  });
});

describe('a leave is not asked for', () => {
  it('of what is not joined', async () => {
    await Registry.open(registry).moveMember(HUB, IP, 'unjoin');

    const answer = await unjoin();

    expect(answer).toMatchObject({ code: 4, stdout: '' });
    expect(answer.stderr).toContain('cannot unjoin 10.0.3.40: it is not joined; openmcp join list');
    expect(hub.cluster('cluster1')).toMatchObject({ spec: { joinStatus: 'JOIN' } });
  });

  it('of what nobody registered', async () => {
    const answer = await unjoin('--ip', '10.0.3.77');

    expect(answer).toMatchObject({ code: 3, stdout: '' });
    expect(answer.stderr).toContain('cannot unjoin 10.0.3.77: it is not in the registry');
  });

  it('of what the hub does not know', async () => {
    hub.remove('cluster1');

    const answer = await unjoin();

    expect(answer).toMatchObject({ code: 3, stdout: '' });
    expect(answer.stderr).toContain('the hub has no OpenMCPCluster of that name');
  });
});
