/**
 * Joining, by the CLI and by the OpenMCPCluster: done, or undone and explained.
 *
 * cluster2 leaves at the start and is back at the end; in between it stands for a stranger.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { KUBEFED_NAMESPACE, OPENMCP_NAMESPACE } from '../../src/api/meta.ts';
import {
  NAMESPACES,
  OPENMCP_CLUSTERS,
  SECRETS,
  SERVICE_ACCOUNTS,
} from '../../src/kubernetes/resources.ts';
import { requestToken } from '../../src/kubernetes/tokens.ts';
import { deploymentsOf } from '../support/deployments.ts';
import { eventually } from '../support/eventually.ts';
import { exists, openmcpDeployment, useWorld } from '../support/hub.ts';
import { adminOf, kubeconfigText, membershipOf, type SignIn } from '../support/membership.ts';

const NAMESPACE = 'joining';
const world = useWorld(NAMESPACE);
const { at, create, remove, gone, converged, replicas } = deploymentsOf(world, NAMESPACE);
const { ref, ip, read, edit, becomes, traces, registered, registeredFile } = membershipOf(
  world,
  'cluster2',
);
const files = mkdtempSync(join(tmpdir(), 'openmcp-joining-'));

/** Addresses that nobody has: the registry takes any, and strangers are found under them. */
let strangers = 0;
const strangerIp = () => `127.0.200.${(strangers += 1)}`;

/** Registers it and tries to join; then takes it off the hub again. */
async function tryToJoin(name: string, signIn: Partial<SignIn>) {
  const { openmcp } = world.commands;
  const address = strangerIp();
  const hub = world.fleet.ip('openmcp');
  const file = join(files, `${name}.kubeconfig`);
  writeFileSync(file, kubeconfigText(name, { ...adminOf(world, 'cluster2'), ...signIn }));
  const registering = ['--ip', hub, '--member-ip', address, '--kubeconfig', file];
  expect(await openmcp('register', 'member', ...registering)).toMatchObject({ code: 0 });
  const answer = await openmcp('join', 'cluster', '--ip', address, '--timeout', '100');
  const { joinStatus, joined } = await read(name);
  expect(await registered('unjoin')).toContain(address);
  expect(await registered('join')).not.toContain(address);
  await world.hub.delete(OPENMCP_CLUSTERS, { ...ref, name });
  await eventually(async () =>
    expect(await exists(world.hub, OPENMCP_CLUSTERS, { ...ref, name })).toBe(false),
  );
  return { ...answer, joinStatus, joined };
}

afterAll(() => rmSync(files, { recursive: true, force: true }));

describe('leaving', () => {
  it('moves the workloads first, and leaves nothing behind', async () => {
    await create(openmcpDeployment(at('web'), { replicas: 4 }));
    await converged('web');
    expect(await replicas('web')).toEqual({ cluster1: 2, cluster2: 2 });

    const left = await world.commands.openmcp('unjoin', 'cluster', '--ip', ip());

    expect(left).toMatchObject({ code: 0 });
    expect(left.stdout).toContain("Success Unjoin 'cluster2'");
    expect(await replicas('web')).toEqual({ cluster1: 4 });
    expect(await traces()).toEqual([]);
    expect(await registered('join')).toEqual([world.fleet.ip('cluster1')]);
    expect(await registered('unjoin')).toContain(ip());
    const { kubectlOut } = world.commands;
    expect(await kubectlOut('get', 'oc', '-n', OPENMCP_NAMESPACE)).toMatch(/cluster2 +UNJOIN/);
  });
});

describe('a join is refused, undone and explained', () => {
  const undone = { code: 2, joinStatus: 'UNJOIN' };

  it('with a kubeconfig that is none', async () => {
    const file = join(files, 'broken.kubeconfig');
    writeFileSync(file, 'clusters: [}');

    const hub = world.fleet.ip('openmcp');
    const answer = await world.commands.openmcp(
      'register',
      'member',
      '--ip',
      hub,
      '--kubeconfig',
      file,
    );

    expect(answer).toMatchObject({ code: 2 });
    expect(answer.stderr).toContain('broken.kubeconfig');
  });

  it('with a kubeconfig of another cluster', async () => {
    const { user } = adminOf(world, 'cluster1');

    const answer = await tryToJoin('other-user', { user });

    expect(answer).toMatchObject({ ...undone, joined: { status: 'False', reason: 'Forbidden' } });
    expect(answer.stderr).toMatch(/not accepted.*register a valid one/s);
  });

  it('with an authority that did not sign the server', async () => {
    const { ca } = adminOf(world, 'cluster1');

    const answer = await tryToJoin('other-ca', { ca });

    expect(answer).toMatchObject({ ...undone, joined: { status: 'False', reason: 'Unreachable' } });
    expect(answer.stderr).toContain('certificate');
  });

  it('with a server that nobody answers at', async () => {
    const answer = await tryToJoin('nowhere', { server: 'https://127.0.200.200:6443' });

    expect(answer).toMatchObject({ ...undone, joined: { status: 'False', reason: 'Unreachable' } });
    expect(answer.stderr).toMatch(/cannot reach https:\/\/127\.0\.200\.200:6443.*ECONNREFUSED/s);
  });

  it('with a token without rights', async () => {
    const account = { namespace: 'kube-system', name: 'default' };
    const { token } = await requestToken(world.member('cluster2'), account, {
      expirationSeconds: 3_600,
    });

    const answer = await tryToJoin('powerless', { user: { token } });

    expect(answer).toMatchObject({ ...undone, joined: { status: 'False', reason: 'Forbidden' } });
    expect(answer.stderr).toMatch(/may not create namespaces.*administrator/s);
    expect(answer.stderr).not.toContain(token);
  });

  it('of the hub itself', async () => {
    const answer = await tryToJoin('itself', adminOf(world, 'openmcp'));

    expect(answer).toMatchObject({ ...undone, joined: { status: 'False', reason: 'IsHub' } });
  });

  it('of a member under a second name', async () => {
    const answer = await tryToJoin('twin', adminOf(world, 'cluster1'));

    expect(answer).toMatchObject({
      ...undone,
      joined: { status: 'False', reason: 'AlreadyJoined' },
    });
    expect(answer.stderr).toContain('cluster1');
  });

  it('in the middle, where something stands in its way', async () => {
    const member = world.member('cluster2');
    const metadata = { namespace: OPENMCP_NAMESPACE, name: 'openmcp' };
    const namespace = { name: OPENMCP_NAMESPACE };
    await member.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: namespace });
    await member.create(SERVICE_ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });

    const answer = await world.commands.openmcp('join', 'cluster', '--ip', ip());

    expect(answer).toMatchObject({ code: 2 });
    expect(answer.stderr).toContain('ServiceAccount openmcp');
    expect(await read()).toMatchObject({ joinStatus: 'UNJOIN', joined: { status: 'False' } });
    expect(await traces()).toEqual(['namespace', 'account']);
    await member.delete(NAMESPACES, namespace);
    await eventually(async () => expect(await exists(member, NAMESPACES, namespace)).toBe(false));
    expect(await traces()).toEqual([]);
  });
});

describe('joining', () => {
  it('works by an edit of spec.joinStatus', async () => {
    await edit({ joinStatus: 'JOINING', nodeInfo: { region: 'EU', zone: 'DE' } });

    await becomes('JOIN');
    const { kubectlOut } = world.commands;
    await eventually(async () =>
      expect(await kubectlOut('get', 'oc', 'cluster2', '-n', OPENMCP_NAMESPACE)).toMatch(
        /cluster2 +JOIN +True +On-Premise +EU +DE +v1\.\d+/,
      ),
    );
    await eventually(async () =>
      expect(await kubectlOut('get', 'kubefedcluster', '-n', KUBEFED_NAMESPACE)).toMatch(
        /cluster2 .*True/,
      ),
    );
    expect(await registered('join')).toEqual([world.fleet.ip('cluster1'), ip()].toSorted());
  });

  it('keeps the kubeconfig in the tree of the original, for its owner alone', async () => {
    expect((await registeredFile('join')).mode).toBe(0o600);
  });

  it('gives the account the rights that it needs, and no more', async () => {
    const { kubectl } = world.commands;
    const may = async (...what: string[]) => {
      const as = ['--as', 'system:serviceaccount:openmcp:openmcp', '--context', 'cluster2'];
      return (await kubectl('auth', 'can-i', ...what, ...as)).stdout.trim();
    };

    expect(await may('patch', 'deployments', '-n', 'default')).toBe('yes');
    expect(await may('list', 'pods', '-A')).toBe('yes');
    expect(await may('get', 'secrets', '-n', 'default')).toBe('no');
    expect(await may('delete', 'namespaces')).toBe('no');
    expect(await may('create', 'clusterroles')).toBe('no');
  });

  it('renews its token by a workflow that anyone may start', async () => {
    const secret = { ...ref, name: 'openmcp-member-cluster2' };
    const before = await world.hub.read(SECRETS, secret);

    const handle = await world.temporal.workflow.start('renewCredentials', {
      taskQueue: 'openmcp',
      workflowId: 'RenewCredentials/cluster2',
      args: [ref],
    });

    expect(await handle.result()).toMatch(/^renewed until /);
    const after = await world.hub.read(SECRETS, secret);
    expect(after?.['data']).not.toEqual(before?.['data']);
    await create(openmcpDeployment(at('after-renewal')));
    await converged('after-renewal');
    expect(await replicas('after-renewal')).toEqual({ cluster1: 1, cluster2: 1 });
    await remove('after-renewal');
    await gone('after-renewal');
  });
});
