import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RegistryStore } from '../../../src/nfs/registry-store.ts';
import { meanwhile } from '../../support/meanwhile.ts';
import { type ExportFolder, exportFolder } from './export-folder.ts';

/** More than the 64 KiB that go into one READ or WRITE; the letters do not end where those do. */
/** 1.5 MB, of many messages: the server's memory, which it uses without root, holds 2 MB a file. */
const LARGE = '세종'.repeat(262_144);

let folder: ExportFolder;
let store: RegistryStore;

beforeEach(async () => {
  folder = await exportFolder();
  store = folder.open();
});
afterEach(() => folder.dispose());

describe('a file', () => {
  it('is never seen half while it is overwritten', async () => {
    const texts = ['short', 'long '.repeat(50_000)] as const;
    await store.writeText('config', texts[0]);
    const seen: (string | null)[] = [];
    const read = (reader: RegistryStore) => async () => seen.push(await reader.readText('config'));
    const readers = [folder.open(), folder.open()].map((reader) => meanwhile(read(reader)));

    for (let round = 1; seen.length < 100; round += 1) {
      await store.writeText('config', texts[round % 2 === 0 ? 0 : 1]);
    }
    await Promise.all(readers.map((reader) => reader.stop()));

    expect(new Set(seen)).toEqual(new Set(texts));
  });

  it('is readable by its owner alone, and so are the folders above it', async () => {
    await store.makeFolders('a/config');
    await store.writeText('a/config/config', 'first');
    await store.writeText('a/config/config', 'second');

    expect(await folder.modeOf('a/config/config')).toBe(0o600);
    expect(await folder.modeOf('a/config')).toBe(0o700);
    expect(await folder.modeOf('a')).toBe(0o700);
  });

  it.each([
    ['empty', ''],
    ['larger than one message', LARGE],
  ])('may be %s', async (_what, text) => {
    await store.writeText('config', text);

    // Not by toBe: jest would print megabytes.
    expect((await folder.open().readText('config')) === text).toBe(true);
    expect(await folder.names('')).toEqual(['config']);
  });

  it('is that of one of several writers, whole, and nothing else is left', async () => {
    const texts = Array.from({ length: 8 }, (_, index) => `${index}`.repeat(index * 30_000 + 1));
    const writers = texts.map((text) => ({ text, to: folder.open() }));

    await Promise.all(writers.map(({ to, text }) => to.writeText('config', text)));

    const left = await store.readText('config');
    expect(texts.filter((text) => text === left)).toHaveLength(1);
    expect(await folder.names('')).toEqual(['config']);
  });

  it('is written beside others at once through one connection', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `file-${index}`);

    await Promise.all(names.map((name) => store.writeText(name, `of ${name}`)));

    const texts = await Promise.all(names.map((name) => store.readText(name)));
    expect(texts).toEqual(names.map((name) => `of ${name}`));
  });
});

describe('a folder', () => {
  it('is listed whole, however many messages that takes', async () => {
    const names = Array.from({ length: 500 }, (_, index) => `${'n'.repeat(100)}-${index}`);
    await store.makeFolders('many');
    await Promise.all(names.map((name) => store.makeFolders(`many/${name}`)));

    const listed = await store.list('many');

    expect(listed).toHaveLength(500);
    expect(new Set(listed)).toEqual(new Set(names));
  });

  it('that is missing is nothing to read, and named by what would write', async () => {
    expect(await store.list('missing')).toEqual([]);
    expect(await store.readText('missing/config')).toBeNull();
    expect(await store.exists('missing/config')).toBe(false);

    await expect(store.writeText('missing/config', 'text')).rejects.toMatchObject({
      code: 'NotFound',
      message: `cannot write missing/config in registry ${folder.url}: NFS LOOKUP: not there`,
    });
    await store.writeText('there', 'text');
    await expect(store.move('missing', 'there')).rejects.toMatchObject({
      code: 'NotFound',
      message: `cannot move missing to there in registry ${folder.url}: NFS RENAME: not there`,
    });
  });

  it('cannot be where a file is', async () => {
    await store.writeText('file', 'text');

    await expect(store.makeFolders('file/config')).rejects.toMatchObject({
      code: 'Rejected',
      message: `cannot make file/config in registry ${folder.url}: NFS CREATE: not a directory`,
    });
  });

  it('of another name than the export is told from an empty registry', async () => {
    const mistyped = folder.open(`${folder.url}/exprot`);
    const act = [
      () => mistyped.exists('openmcp'),
      () => mistyped.readText('openmcp'),
      () => mistyped.list('openmcp'),
      () => mistyped.makeFolders('openmcp'),
    ];

    for (const call of act)
      await expect(call()).rejects.toMatchObject({
        code: 'NotFound',
        message: `cannot use registry ${folder.url}/exprot: there is no such folder on the server`,
      });
    expect(await folder.names('')).toEqual([]);
  });
});
