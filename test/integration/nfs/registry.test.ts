import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from '../../../src/nfs/registry.ts';
import type { RegistryStore } from '../../../src/nfs/registry-store.ts';
import { meanwhile } from '../../support/meanwhile.ts';
import { kubeconfig } from '../../unit/nfs/kubeconfigs.ts';
import { type ExportFolder, exportFolder } from './export-folder.ts';

const HUB = '10.0.3.30';
const ONE = '10.0.3.40';
const TWO = '10.0.3.41';
const members = (membership: string) => `openmcp/${HUB}/members/${membership}`;

let folder: ExportFolder;
let store: RegistryStore;
let registry: Registry;

beforeEach(async () => {
  folder = await exportFolder();
  store = folder.open();
  registry = new Registry(store);
  await registry.registerMaster(HUB, kubeconfig('openmcp'));
  await registry.registerMember(HUB, ONE, kubeconfig('cluster1'));
});
afterEach(() => folder.dispose());

describe('members', () => {
  it('go to join and back with all that they are', async () => {
    const kubeconfigPath = `${members('join')}/${ONE}/config/config`;
    await registry.moveMember(HUB, ONE, 'join');

    expect(await folder.names(members('unjoin'))).toEqual([]);
    expect(await folder.names(members('join'))).toEqual([ONE]);
    expect(await store.readText(kubeconfigPath)).toBe(kubeconfig('cluster1'));
    expect(await folder.modeOf(kubeconfigPath)).toBe(0o600);

    await registry.moveMember(HUB, ONE, 'unjoin');
    expect(await folder.names(members('join'))).toEqual([]);
    expect(await registry.findMember(HUB, ONE)).toEqual({
      ip: ONE,
      membership: 'unjoin',
      clusterName: 'cluster1',
      kubeconfig: kubeconfig('cluster1'),
    });
  });

  it.each(['join', 'unjoin'] as const)('are moved to %s once, however often', async (to) => {
    const from = to === 'join' ? 'unjoin' : 'join';
    await registry.moveMember(HUB, ONE, from);

    await registry.moveMember(HUB, ONE, to);
    await registry.moveMember(HUB, ONE, to);

    expect(await folder.names(members(to))).toEqual([ONE]);
    expect(await folder.names(members(from))).toEqual([]);
  });

  it('may be moved by several at once', async () => {
    const movers = Array.from({ length: 6 }, () => new Registry(folder.open()));
    for (const to of ['join', 'unjoin', 'join'] as const) {
      await Promise.all(movers.map((mover) => mover.moveMember(HUB, ONE, to)));

      expect(await registry.findMember(HUB, ONE)).toMatchObject({ membership: to });
    }
  });

  it('are found at any moment of a move', async () => {
    const finder = new Registry(folder.open());
    const found: (string | undefined)[] = [];
    const finding = meanwhile(async () =>
      found.push((await finder.findMember(HUB, ONE))?.membership),
    );

    for (let round = 0; found.length < 200; round += 1) {
      await registry.moveMember(HUB, ONE, round % 2 === 0 ? 'join' : 'unjoin');
    }
    await finding.stop();

    expect(new Set(found)).toEqual(new Set(['join', 'unjoin']));
  });

  it('are moved into a list whose folder someone removed', async () => {
    await folder.remove(members('join'));

    await registry.moveMember(HUB, ONE, 'join');

    expect(await folder.names(members('join'))).toEqual([ONE]);
  });

  it('that nobody registered are not moved', async () => {
    await expect(registry.moveMember(HUB, TWO, 'join')).rejects.toMatchObject({
      code: 'NotFound',
      message: `cannot move ${TWO} to join: it is not registered`,
    });
  });

  it('are listed where they are, in the order of their addresses', async () => {
    await registry.registerMember(HUB, '10.0.3.100', kubeconfig('cluster3'));
    await registry.registerMember(HUB, TWO, kubeconfig('cluster2'));
    await registry.moveMember(HUB, TWO, 'join');

    expect(await registry.listMembers(HUB, 'join')).toEqual([{ ip: TWO, clusterName: 'cluster2' }]);
    expect(await registry.listMembers(HUB, 'unjoin')).toEqual([
      { ip: ONE, clusterName: 'cluster1' },
      { ip: '10.0.3.100', clusterName: 'cluster3' },
    ]);
  });
});
