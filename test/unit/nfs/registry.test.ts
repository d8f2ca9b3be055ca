import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Membership, Registry } from '../../../src/nfs/registry.ts';
import { kubeconfig } from './kubeconfigs.ts';

const HUB = '10.0.3.30';
const ONE = '10.0.3.40';
const TWO = '10.0.3.41';

let root = '';
let registry: Registry;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'openmcp-registry-'));
  registry = Registry.open(root);
  await registry.registerMaster(HUB, kubeconfig('openmcp'));
});
afterEach(async () => {
  await registry.close();
  rmSync(root, { recursive: true });
});

const configOf = (membership: Membership, ip: string) =>
  join(root, 'openmcp', HUB, 'members', membership, ip, 'config/config');

/** What a crash between two steps, or another program, may leave. */
function leave(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const files = () =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(root.length + 1))
    .toSorted();

const registerOne = () => registry.registerMember(HUB, ONE, kubeconfig('cluster1'));

describe('the tree', () => {
  it('is that of the original', async () => {
    await registerOne();
    await registry.registerMember(HUB, TWO, kubeconfig('cluster2'));
    await registry.moveMember(HUB, TWO, 'join');

    expect(files()).toEqual([
      'openmcp/10.0.3.30/master/config/config',
      'openmcp/10.0.3.30/members/join/10.0.3.41/config/config',
      'openmcp/10.0.3.30/members/unjoin/10.0.3.40/config/config',
    ]);
    expect(readFileSync(configOf('unjoin', ONE), 'utf8')).toBe(kubeconfig('cluster1'));
  });

  it('has both lists before there is a member', () => {
    expect(readdirSync(join(root, 'openmcp', HUB, 'members')).toSorted()).toEqual([
      'join',
      'unjoin',
    ]);
  });

  it('keeps hubs apart', async () => {
    await registry.registerMaster('10.0.9.9', kubeconfig('other'));
    await registerOne();

    expect(await registry.listMembers('10.0.9.9', 'unjoin')).toEqual([]);
    expect(await registry.findMember('10.0.9.9', ONE)).toBeNull();
  });
});

describe('registering', () => {
  it('refuses a hub that is there, and says how to replace it', async () => {
    await expect(registry.registerMaster(HUB, kubeconfig('openmcp'))).rejects.toMatchObject({
      code: 'Conflict',
      message: expect.stringMatching(/Already Registered OpenMCP.*--overwrite/),
    });
  });

  it('refuses a member of a hub that is not there', async () => {
    const strange = registry.registerMember('10.0.9.9', ONE, kubeconfig('cluster1'));

    await expect(strange).rejects.toMatchObject({
      code: 'NotFound',
      message: expect.stringContaining('run openmcp register openmcp there first'),
    });
    expect(files()).toEqual(['openmcp/10.0.3.30/master/config/config']);
  });

  it('refuses the hub as its own member', async () => {
    const self = registry.registerMember(HUB, HUB, kubeconfig('openmcp'));

    await expect(self).rejects.toMatchObject({ code: 'Rejected' });
  });

  it('refuses a member that is registered, or joined', async () => {
    await registerOne();
    await expect(registerOne()).rejects.toMatchObject({
      code: 'Conflict',
      message: expect.stringContaining('registered already'),
    });

    await registry.moveMember(HUB, ONE, 'join');
    await expect(registerOne()).rejects.toMatchObject({
      code: 'Conflict',
      message: expect.stringContaining('joined already'),
    });
  });

  it.each(['unjoin', 'join'] as const)(
    'overwrites the kubeconfig of one in %s, where it is',
    async (membership) => {
      await registerOne();
      if (membership === 'join') await registry.moveMember(HUB, ONE, 'join');
      const renewed = kubeconfig('cluster1', { user: { token: 'renewed' } });

      await registry.registerMember(HUB, ONE, renewed, { overwrite: true });

      expect(await registry.findMember(HUB, ONE)).toMatchObject({
        membership,
        kubeconfig: renewed,
      });
    },
  );

  it('does not give a joined member another name', async () => {
    await registerOne();
    await registry.moveMember(HUB, ONE, 'join');

    const other = registry.registerMember(HUB, ONE, kubeconfig('other'), { overwrite: true });

    await expect(other).rejects.toMatchObject({
      code: 'Conflict',
      message: expect.stringContaining('joined under the name cluster1; let it leave first'),
    });
  });

  it('overwrites the hub', async () => {
    await registry.registerMaster(HUB, kubeconfig('renewed'), { overwrite: true });

    expect(readFileSync(join(root, 'openmcp', HUB, 'master/config/config'), 'utf8')).toBe(
      kubeconfig('renewed'),
    );
  });

  it.each(['unjoin', 'join'] as const)('refuses a name that one in %s has', async (membership) => {
    await registerOne();
    if (membership === 'join') await registry.moveMember(HUB, ONE, 'join');

    const twin = registry.registerMember(HUB, TWO, kubeconfig('cluster1'));

    await expect(twin).rejects.toMatchObject({
      code: 'Conflict',
      message: expect.stringMatching(/10\.0\.3\.40 is called cluster1 too; rename/),
    });
    expect(await registry.findMember(HUB, TWO)).toBeNull();
  });

  it('refuses what is no kubeconfig', async () => {
    await expect(registry.registerMember(HUB, ONE, 'hello')).rejects.toMatchObject({
      code: 'Rejected',
    });
    expect(await registry.findMember(HUB, ONE)).toBeNull();
  });

  it('goes on where a crash left folders alone', async () => {
    mkdirSync(dirname(configOf('unjoin', ONE)), { recursive: true });

    expect(await registry.findMember(HUB, ONE)).toBeNull();
    await registerOne();

    expect(await registry.findMember(HUB, ONE)).toMatchObject({ clusterName: 'cluster1' });
  });
});

describe('listing', () => {
  it('names members by their kubeconfigs, in the order of their addresses', async () => {
    await registry.registerMember(HUB, '10.0.3.100', kubeconfig('b'));
    await registry.registerMember(HUB, '10.0.3.9', kubeconfig('c'));
    await registry.registerMember(HUB, '10.0.3.20', kubeconfig('a'));

    expect(await registry.listMembers(HUB, 'unjoin')).toEqual([
      { ip: '10.0.3.9', clusterName: 'c' },
      { ip: '10.0.3.20', clusterName: 'a' },
      { ip: '10.0.3.100', clusterName: 'b' },
    ]);
    expect(await registry.listMembers(HUB, 'join')).toEqual([]);
  });

  it('lists a member whose kubeconfig is broken, without a name', async () => {
    leave(configOf('unjoin', ONE), 'users: [{token: ');

    expect(await registry.listMembers(HUB, 'unjoin')).toEqual([{ ip: ONE, clusterName: null }]);
  });

  it('passes over what is no member', async () => {
    await registerOne();
    const members = join(root, 'openmcp', HUB, 'members/unjoin');
    leave(join(members, 'lost+found/x'), '');
    leave(join(members, '.nfs0001'), '');
    leave(join(members, '10.0.3.77/config/.abc.tmp'), 'half a kube');

    expect(await registry.listMembers(HUB, 'unjoin')).toEqual([
      { ip: ONE, clusterName: 'cluster1' },
    ]);
  });

  it('needs the hub to be registered', async () => {
    await expect(registry.listMembers('10.0.9.9', 'join')).rejects.toMatchObject({
      code: 'NotFound',
    });
  });
});

describe('moving', () => {
  it('takes the folder as it is, there and back', async () => {
    await registerOne();

    await registry.moveMember(HUB, ONE, 'join');
    expect(await registry.findMember(HUB, ONE)).toEqual({
      ip: ONE,
      membership: 'join',
      clusterName: 'cluster1',
      kubeconfig: kubeconfig('cluster1'),
    });

    await registry.moveMember(HUB, ONE, 'unjoin');
    expect(await registry.findMember(HUB, ONE)).toMatchObject({ membership: 'unjoin' });
    expect(files()).toHaveLength(2);
  });

  it('done twice is done once', async () => {
    await registerOne();
    await registry.moveMember(HUB, ONE, 'join');

    await registry.moveMember(HUB, ONE, 'join');

    expect(await registry.findMember(HUB, ONE)).toMatchObject({ membership: 'join' });
  });

  it('is not found for whom nobody registered', async () => {
    await expect(registry.moveMember(HUB, ONE, 'join')).rejects.toMatchObject({
      code: 'NotFound',
      message: expect.stringContaining(ONE),
    });
  });
});

describe('an address that would lead elsewhere', () => {
  const refused = { code: 'Rejected', message: expect.stringContaining('"../x"') };

  it.each<[string, () => Promise<unknown>]>([
    ['of a hub', () => registry.registerMaster('../x', kubeconfig('a'))],
    ['of a member', () => registry.registerMember(HUB, '../x', kubeconfig('a'))],
    ['of the hub of a member', () => registry.registerMember('../x', ONE, kubeconfig('a'))],
    ['of a member looked for', () => registry.findMember(HUB, '../x')],
    ['of a member moved', () => registry.moveMember(HUB, '../x', 'join')],
    ['of the hub of a list', () => registry.listMembers('../x', 'join')],
  ])('is refused as that %s', async (_what, act) => {
    await expect(act()).rejects.toMatchObject(refused);
    expect(files()).toEqual(['openmcp/10.0.3.30/master/config/config']);
  });
});
