import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from '../../../src/nfs/registry.ts';
import type { RegistryStore } from '../../../src/nfs/registry-store.ts';
import { eventually } from '../../support/eventually.ts';
import { Gate } from '../../support/gate.ts';
import { kubeconfig } from '../../unit/nfs/kubeconfigs.ts';
import { type ExportFolder, exportFolder } from './export-folder.ts';

/** More than the 64 KiB that go into one READ or WRITE; the letters do not end where those do. */
/** 1.5 MB, of many messages: the server's memory, which it uses without root, holds 2 MB a file. */
const LARGE = '세종'.repeat(262_144);

const HUB = '10.0.3.30';
const ONE = '10.0.3.40';
const TWO = '10.0.3.41';
const TIMEOUT_MS = 700;

let folder: ExportFolder;
/** Straight to the server. */
let store: RegistryStore;
let gate: Gate;
/** Through the gate. */
let far: RegistryStore;
let registry: Registry;
/** The same for those who do not wait long. */
let hasty: RegistryStore;

/** The address is the fleet's. */
const unreachable = () => `cannot reach the NFS server ${new URL(folder.url).hostname}:`;

beforeEach(async () => {
  folder = await exportFolder();
  store = folder.open();
  const way = await Gate.to(folder.url);
  gate = way.gate;
  far = folder.open(way.server);
  hasty = folder.open(way.server, TIMEOUT_MS);
  registry = new Registry(far);
  await new Registry(store).registerMaster(HUB, kubeconfig('openmcp'));
  await new Registry(store).registerMember(HUB, ONE, kubeconfig('cluster1'));
});
afterEach(async () => {
  await gate.end();
  await folder.dispose();
});

describe.each([
  ['on a connection that was there', () => hasty.exists('')],
  ['on a new connection', async () => false],
])('when the server says nothing %s', (_where, before) => {
  it.each<[string, () => Promise<unknown>]>([
    ['finding', () => new Registry(hasty).findMember(HUB, ONE)],
    ['listing', () => new Registry(hasty).listMembers(HUB, 'unjoin')],
    ['moving', () => new Registry(hasty).moveMember(HUB, ONE, 'join')],
    ['registering', () => new Registry(hasty).registerMember(HUB, TWO, kubeconfig('cluster2'))],
    ['reading', () => hasty.readText('file')],
    ['writing', () => hasty.writeText('file', 'text')],
  ])('%s ends in time, and works again later', async (_what, act) => {
    await before();
    gate.freeze();
    const start = performance.now();

    await expect(act()).rejects.toMatchObject({
      code: 'Unavailable',
      message: expect.stringContaining(`no answer within ${TIMEOUT_MS} ms`),
    });

    expect(performance.now() - start).toBeLessThan(2 * TIMEOUT_MS);
    // The old connection may lead nowhere for ever.
    await eventually(() => expect(gate.connections).toBe(0));
    gate.thaw();
    await act();
  });
});

it('leaves the old file whole when the connection is cut in the middle of writing', async () => {
  await far.writeText('config', 'old');
  gate.after(1_000_000, () => gate.cut());

  await expect(far.writeText('config', LARGE)).rejects.toMatchObject({
    code: 'Unavailable',
    message: expect.stringContaining(unreachable()),
  });

  expect(await folder.names('')).toEqual(['config', 'openmcp']);
  expect(await store.readText('config')).toBe('old');
  await far.writeText('config', 'new');
  expect(await store.readText('config')).toBe('new');
});

it('leaves the old file whole when the server falls silent in the middle of writing', async () => {
  await hasty.writeText('config', 'old');
  gate.after(1_000_000, () => gate.freeze());

  await expect(hasty.writeText('config', LARGE)).rejects.toMatchObject({
    code: 'Unavailable',
    message: expect.stringContaining(`no answer within ${TIMEOUT_MS} ms`),
  });

  expect((await store.list('')).toSorted()).toEqual(['config', 'openmcp']);
  expect(await store.readText('config')).toBe('old');
});

it('does not take the half that came for a file when reading is cut', async () => {
  await store.writeText('config', LARGE);
  await far.exists('config');
  gate.after(1_000_000, () => gate.cut());

  await expect(far.readText('config')).rejects.toMatchObject({ code: 'Unavailable' });

  expect((await far.readText('config')) === LARGE).toBe(true);
});

it('knows a move as done whose answer was lost', async () => {
  await far.makeFolders('from');
  gate.loseAnswers();
  const moving = far.move('from', 'to');
  await eventually(async () => expect(await folder.names('')).toContain('to'));

  gate.thaw();
  gate.cut();

  await moving;
  expect(await folder.names('')).not.toContain('from');
});

it('speaks on over one new connection, whoever notices first that the old one is gone', async () => {
  await registry.findMember(HUB, ONE);
  gate.cut();

  const found = await Promise.all(Array.from({ length: 20 }, () => registry.findMember(HUB, ONE)));

  expect(found.map((member) => member?.clusterName)).toEqual(found.map(() => 'cluster1'));
  expect(gate.connections).toBe(1);
  await registry.close();
  await eventually(() => expect(gate.connections).toBe(0));
});

it('says that the server is down, and speaks on once it is up', async () => {
  await registry.findMember(HUB, ONE);
  gate.close();
  await expect(registry.findMember(HUB, ONE)).rejects.toMatchObject({
    code: 'Unavailable',
    message: expect.stringContaining(unreachable()),
  });

  gate.open();

  expect(await registry.findMember(HUB, ONE)).toMatchObject({ clusterName: 'cluster1' });
});

it('does not connect anew once it was closed', async () => {
  await registry.findMember(HUB, ONE);
  await registry.close();

  await expect(registry.findMember(HUB, ONE)).rejects.toMatchObject({ code: 'Unavailable' });
  await eventually(() => expect(gate.connections).toBe(0));
});
