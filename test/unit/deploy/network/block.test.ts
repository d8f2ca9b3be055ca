import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BLOCKS } from '../../../../deploy/local/components/network/addresses.ts';
import { claimBlock } from '../../../../deploy/local/components/network/block.ts';

let folder: string;
const registry = () => join(folder, 'registry');
const fleet = (name: string) => {
  const state = join(folder, name);
  mkdirSync(state, { recursive: true });
  return state;
};
const claim = (name: string) => claimBlock(fleet(name), registry());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openmcp-block-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a fleet’s block of addresses', () => {
  it('is another one for every fleet, and the same again at its next start', () => {
    const first = ['a', 'b', 'c'].map(claim);

    expect(new Set(first).size).toBe(3);
    expect(['c', 'b', 'a'].map(claim)).toEqual(first.toReversed());
  });

  it('is free again once the fleet’s folder is gone', () => {
    const block = claim('a');
    rmSync(join(folder, 'a'), { recursive: true });

    expect(claim('b')).toBe(block);
  });

  it('is told to be another’s when it was given away meanwhile', () => {
    const block = claim('a');
    rmSync(join(registry(), String(block)));
    expect(claim('b')).toBe(block);

    expect(() => claim('a')).toThrow(`cannot take block ${block} again`);
  });

  it('is told to be missing when all are taken, and can be had when one is free', () => {
    for (let index = 0; index < BLOCKS; index += 1) claim(`fleet-${index}`);
    expect(() => claim('one too many')).toThrow(/--nodes-mode kwok/);

    rmSync(join(folder, 'fleet-3'), { recursive: true });

    expect(claim('one too many')).toBe(3);
  });
});
