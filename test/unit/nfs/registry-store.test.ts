import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openStore } from '../../../src/nfs/registry-store.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'openmcp-store-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const modeOf = (path: string) => statSync(join(root, path)).mode & 0o777;

describe('a registry in a folder', () => {
  it('is readable by its owner alone, whatever the umask', async () => {
    const before = process.umask(0);
    try {
      const store = openStore(root);
      await store.makeFolders('a/b/config');
      await store.writeText('a/b/config/config', 'text');
    } finally {
      process.umask(before);
    }

    expect(['a', 'a/b', 'a/b/config'].map(modeOf)).toEqual([0o700, 0o700, 0o700]);
    expect(modeOf('a/b/config/config')).toBe(0o600);
  });

  it('keeps a file secret that was open before', async () => {
    writeFileSync(join(root, 'config'), 'old');
    chmodSync(join(root, 'config'), 0o644);

    await openStore(root).writeText('config', 'new');

    expect(modeOf('config')).toBe(0o600);
  });

  it('never shows half a file', async () => {
    const store = openStore(root);
    const texts = ['a', 'b'].map((letter) => letter.repeat(2 ** 20));
    await store.writeText('config', texts[0] ?? '');
    const writing = { on: true };
    const seen = new Set<string>();

    const reader = (async () => {
      while (writing.on) seen.add((await store.readText('config')) ?? 'nothing');
    })();
    for (let round = 0; round < 20; round += 1)
      await store.writeText('config', texts[round % 2] ?? '');
    writing.on = false;
    await reader;

    expect([...seen].filter((text) => !texts.includes(text))).toEqual([]);
    expect(readdirSync(root)).toEqual(['config']);
  });

  it('leaves the old file, and nothing else, when writing fails', async () => {
    mkdirSync(join(root, 'taken'));
    writeFileSync(join(root, 'taken/old'), 'old');

    await expect(openStore(root).writeText('taken', 'new')).rejects.toMatchObject({
      code: 'Rejected',
      message: expect.stringContaining(root),
    });

    expect(readdirSync(root)).toEqual(['taken']);
    expect(readFileSync(join(root, 'taken/old'), 'utf8')).toBe('old');
  });

  it('does not list what is being written', async () => {
    writeFileSync(join(root, '.0a1b2c.tmp'), 'half');
    writeFileSync(join(root, 'config'), 'whole');

    expect(await openStore(root).list('')).toEqual(['config']);
  });

  it('tells what is not there from what is', async () => {
    const store = openStore(root);
    await store.writeText('config', '');

    expect(await store.exists('config')).toBe(true);
    expect(await store.readText('config')).toBe('');
    expect(await store.exists('other')).toBe(false);
    expect(await store.readText('other')).toBeNull();
    expect(await store.list('other')).toEqual([]);
    await expect(store.move('other', 'config')).rejects.toMatchObject({ code: 'NotFound' });
    await expect(store.writeText('other/config', '')).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('makes folders that are there already', async () => {
    const store = openStore(root);
    await store.makeFolders('a/b');

    await store.makeFolders('a/b');

    expect(await store.exists('a/b')).toBe(true);
  });

  it('is not made by a typing mistake, or in place of a mount', async () => {
    const missing = join(root, 'missing');
    const store = openStore(missing);

    for (const act of [() => store.makeFolders('a'), () => store.exists('a'), () => store.list('')])
      await expect(act()).rejects.toMatchObject({
        code: 'NotFound',
        message: expect.stringContaining(`${missing}: there is no such folder`),
      });
    expect(existsSync(missing)).toBe(false);
  });

  it('says what stands in its way', async () => {
    writeFileSync(join(root, 'file'), '');

    await expect(openStore(join(root, 'file')).readText('a')).rejects.toMatchObject({
      code: 'Rejected',
      message: expect.stringContaining('ENOTDIR'),
    });
  });
});

it.each(['registry', './registry', 'http://10.0.3.12/home/nfs', ''])(
  'refuses %p as an address and says what one looks like',
  (address) => {
    expect(() => openStore(address)).toThrow(
      expect.objectContaining({
        code: 'Rejected',
        message: expect.stringContaining('nfs://host:port/export'),
      }),
    );
  },
);

it('cannot reach a server that is not there', async () => {
  const store = openStore('nfs://127.0.0.1:1/home/nfs');

  await expect(store.exists('openmcp')).rejects.toMatchObject({
    code: 'Unavailable',
    message: expect.stringContaining('127.0.0.1:1'),
  });
  await store.close();
});
