/** Which block of addresses a fleet has: it keeps it as long as its state, and no two have the same. */

import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord } from '../../../../src/kubernetes/object.ts';
import { pause } from '../../pid-records.ts';
import { BLOCKS } from './addresses.ts';

const FILE = 'network-block';
/** Claiming takes milliseconds: a lock this old was left by a start that was killed. */
const STALE_LOCK_MS = 10_000;

export interface Claims {
  /** A folder that all fleets of the machine share, with a file a block that names its fleet's state folder. */
  readonly registry: string;
  /** The state folder of the fleet that uses the block now, whatever the registry says; null when none does. */
  readonly ownerOf: (block: number) => Promise<string | null>;
}

/** The fleet's block, claimed if it has none yet. A claim holds while the state folder says the same. */
export async function claimBlock(state: string, claims: Claims): Promise<number> {
  const { registry } = claims;
  const unlock = await lock(registry);
  try {
    const kept = blockOf(state);
    if (kept !== null) {
      if (await isFree(kept, state, claims)) return take(kept, state, registry);
      throw new Error(
        `cannot take block ${kept} again, another fleet has it now (see ${registry}): npm start -- --reset takes another one`,
      );
    }
    for (let block = 0; block < BLOCKS; block += 1)
      if (await isFree(block, state, claims)) return take(block, state, registry);
  } finally {
    unlock();
  }
  throw new Error(
    `cannot give ${state} addresses: ${BLOCKS} fleets of real nodes have them all (see ${registry}); ` +
      'npm start -- --nodes-mode kwok needs none, and removing the state folder of another fleet frees its block',
  );
}

function take(block: number, state: string, registry: string): number {
  writeFileSync(join(state, FILE), String(block));
  writeFileSync(join(registry, String(block)), state);
  return block;
}

async function isFree(
  block: number,
  state: string,
  { registry, ownerOf }: Claims,
): Promise<boolean> {
  const holder = read(join(registry, String(block)));
  if (holder !== null && holder !== state && blockOf(holder) === block) return false;
  const owner = await ownerOf(block);
  return owner === null || owner === state;
}

/** What a state folder says of its block; null when there is none. */
function blockOf(state: string): number | null {
  const block = Number(read(join(state, FILE)) ?? Number.NaN);
  return Number.isInteger(block) ? block : null;
}

/** Two starts at once must not take the same. */
async function lock(registry: string): Promise<() => void> {
  mkdirSync(registry, { recursive: true });
  const folder = join(registry, 'lock');
  for (;;) {
    try {
      mkdirSync(folder);
      return () => rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (!isRecord(error) || error['code'] !== 'EEXIST') throw error;
    }
    const age = Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > STALE_LOCK_MS) rmSync(folder, { recursive: true, force: true });
    await pause(20);
  }
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
