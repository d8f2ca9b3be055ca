import { beforeEach, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { deployment } from '../deployments.ts';
import { FakeHub } from '../fake-hub.ts';
import { useTerminal } from '../terminal.ts';

const terminal = useTerminal();
let hub = new FakeHub();
beforeEach(() => {
  hub = new FakeHub();
  hub.write('cluster1', { spec: { joinStatus: 'JOIN' } });
  terminal.hub = hub;
});
const file = () => terminal.file('web.yaml', stringify(deployment('web', 4)));

describe('a plan that does not fit', () => {
  it('is told like any other, and ends with the code of what is not yet', async () => {
    const { code, stdout, stderr } = await terminal.openmcp('plan', '-f', file());

    expect(code).toBe(4);
    expect(stdout).toMatch(/^shop\/web: .+\n {2}CLUSTER +REPLICAS +SCORE +ROOM +REASON\n/);
    expect(stdout).toMatch(/\n {2}cluster1 +- .*\n/);
    expect(stdout).toMatch(/Nothing was changed\.\n$/);
    expect(stderr).toBe('error: 1 of 1 do not fit now; they would be placed as soon as they do\n');
    expect(hub.closed).toBe(true);
  });

  it('is one JSON document for scripts, with scores and reasons', async () => {
    const { code, stdout, stderr } = await terminal.openmcp('plan', '-f', file(), '-o', 'json');

    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject([
      {
        namespace: 'shop',
        name: 'web',
        kind: 'unplaceable',
        changes: [],
        verdicts: [{ cluster: 'cluster1', score: null, reason: expect.any(String) }],
      },
    ]);
    expect(JSON.parse(stderr)).toMatchObject({ code: 'NotYet' });
  });
});

it('stores nothing', async () => {
  const { items: before } = await hub.list({ ...KIND, kind: 'OpenMCPDeployment' });

  await terminal.openmcp('plan', '-f', file());

  const { items: after } = await hub.list({ ...KIND, kind: 'OpenMCPDeployment' });
  expect([before, after]).toEqual([[], []]);
  expect(hub.cluster('cluster1')).toMatchObject({ spec: { joinStatus: 'JOIN' } });
});

const KIND = {
  group: 'openmcp.k8s.io',
  version: 'v1alpha1',
  plural: 'openmcpdeployments',
  namespaced: true,
};

it('reads standard input', async () => {
  const text = stringify(deployment('typed', 1));

  const { stdout } = await terminal.openmcpIn(text, 'plan', '-f', '-');

  expect(stdout).toContain('shop/typed: ');
});

it.each<['Rejected' | 'Unavailable', number]>([
  ['Rejected', 2],
  ['Unavailable', 5],
])('passes on what the hub has against it, by the name of the resource: %s', async (code, exit) => {
  hub.fail(code, 'unknown field "spec.replica"');

  const answer = await terminal.openmcp('plan', '-f', file());

  expect(answer).toMatchObject({ code: exit, stdout: '' });
  expect(answer.stderr).toContain('error: cannot plan shop/web: unknown field "spec.replica"\n');
});

it('takes a field that the hub does not know for a mistake of the file', async () => {
  // An API server says so with status 500.
  const message =
    'failed to create typed patch object (shop/web; openmcp.k8s.io/v1alpha1, Kind=OpenMCPDeployment): .spec.replicaz: field not declared in schema';
  hub.fail('Unavailable', message);

  expect(await terminal.openmcp('plan', '-f', file())).toEqual({
    code: 2,
    stdout: '',
    stderr: 'error: cannot plan shop/web: .spec.replicaz: field not declared in schema\n',
  });
});

it('asks no hub about a file that cannot be read', async () => {
  terminal.hub = null;

  expect(await terminal.openmcp('plan', '-f', '/none.yaml')).toEqual({
    code: 3,
    stdout: '',
    stderr: 'error: cannot read /none.yaml: there is no such file\n',
  });
});
