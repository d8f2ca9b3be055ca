import { mkdirSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BLOCKS } from '../../../../deploy/local/components/network/addresses.ts';
import { claimBlock } from '../../../../deploy/local/components/network/block.ts';

let folder: string;
/** By block, the state folder of the fleet whose link is there. */
let links: Map<number, string>;
const registry = () => join(folder, 'registry');
const fleet = (name: string) => {
  const state = join(folder, name);
  mkdirSync(state, { recursive: true });
  return state;
};
const claim = (name: string) =>
  claimBlock(fleet(name), {
    registry: registry(),
    ownerOf: async (block) => links.get(block) ?? null,
  });
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openmcp-block-'));
  links = new Map();
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a fleet’s block of addresses', () => {
  it('is another one for every fleet, and the same again at its next start', async () => {
    const first = [await claim('a'), await claim('b'), await claim('c')];

    expect(new Set(first).size).toBe(3);
    expect([await claim('c'), await claim('b'), await claim('a')]).toEqual(first.toReversed());
  });

  it('is another one for each of those that start at once', async () => {
    const names = Array.from({ length: BLOCKS }, (_, index) => `fleet-${index}`);

    const blocks = await Promise.all(names.map(claim));

    expect(new Set(blocks).size).toBe(BLOCKS);
  });

  it('is free again once the fleet’s folder is gone', async () => {
    const block = await claim('a');
    rmSync(join(folder, 'a'), { recursive: true });

    expect(await claim('b')).toBe(block);
  });

  it('is not one that a running fleet uses, whatever became of its claim', async () => {
    links.set(0, '/somewhere/else');

    expect(await claim('a')).not.toBe(0);
  });

  it('is told to be another’s when it was given away meanwhile', async () => {
    const block = await claim('a');
    rmSync(registry(), { recursive: true });
    expect(await claim('b')).toBe(block);

    await expect(claim('a')).rejects.toThrow(`cannot take block ${block} again`);
  });

  it('is told to be missing when all are taken, and can be had when one is free', async () => {
    for (let index = 0; index < BLOCKS; index += 1) await claim(`fleet-${index}`);
    await expect(claim('one too many')).rejects.toThrow(/--nodes-mode kwok/);

    rmSync(join(folder, 'fleet-3'), { recursive: true });

    expect(await claim('one too many')).toBe(3);
  });

  it('can be claimed though a start was killed while it claimed', async () => {
    await claim('a');
    const lock = join(registry(), 'lock');
    mkdirSync(lock);
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(lock, longAgo, longAgo);

    expect(await claim('b')).toBe(1);
  });
});
