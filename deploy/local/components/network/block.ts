/** Which block of addresses a fleet has: it keeps it as long as its state, and no two have the same. */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BLOCKS } from './addresses.ts';

const FILE = 'network-block';

/**
 * The fleet's block, claimed if it has none yet. `registry`: a folder that all fleets of this user share, with
 * a file a block that names the state folder it belongs to. A claim holds while that folder says the same.
 */
export function claimBlock(state: string, registry: string): number {
  mkdirSync(registry, { recursive: true });
  const kept = blockOf(state);
  if (kept !== null) {
    if (claim(kept, state, registry)) return kept;
    throw new Error(
      `cannot take block ${kept} again, another fleet has it now (see ${registry}): npm start -- --reset takes another one`,
    );
  }
  for (let block = 0; block < BLOCKS; block += 1) {
    // First, or the claim would look void to others.
    writeFileSync(join(state, FILE), String(block));
    if (claim(block, state, registry)) return block;
  }
  rmSync(join(state, FILE));
  throw new Error(
    `cannot give ${state} addresses: ${BLOCKS} fleets of real nodes have them all (see ${registry}); ` +
      'npm start -- --nodes-mode kwok needs none, and removing the state folder of another fleet frees its block',
  );
}

/** What a state folder says of its block; null when there is none. */
function blockOf(state: string): number | null {
  const block = Number(read(join(state, FILE)) ?? Number.NaN);
  return Number.isInteger(block) ? block : null;
}

function claim(block: number, state: string, registry: string): boolean {
  const file = join(registry, String(block));
  const holder = read(file);
  if (holder === state) return true;
  if (holder !== null) {
    if (blockOf(holder) === block) return false;
    rmSync(file, { force: true });
  }
  try {
    writeFileSync(file, state, { flag: 'wx' });
    return true;
  } catch {
    // Another start was faster.
    return false;
  }
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
