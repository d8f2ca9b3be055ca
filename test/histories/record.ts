/**
 * Records the histories that the replay suite replays: `node test/histories/record.ts`, with
 * OPENMCP_TEMPORAL_CLI naming the Temporal CLI. Arguments are parts of the names of files to record
 * anew. What a released version has run is not recorded anew: its histories must still replay.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { startTemporal, type TemporalServer } from '../support/temporal-server.ts';
import { CASES, type Case } from './cases.ts';
import { fileOf, pathOf } from './files.ts';

/** Instead of the machine and the process. */
export const IDENTITY = 'recorder';
/** What no replay looks at: numbers of the server, builds, and traces, which name folders of a machine. */
export const LEFT_OUT: readonly string[] = [
  'taskId',
  'requestId',
  'workerVersion',
  'meteringMetadata',
  'historySizeBytes',
  'stackTrace',
];

async function record(server: TemporalServer, each: Case): Promise<void> {
  const { activities, meanwhile } = each.scene();
  const { workflow, id, input } = each;
  await server.run({ workflow, id, input, activities }, async (handle) => {
    await meanwhile(handle);
    await ended(handle);
    const path = pathOf(fileOf(each));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, formatted(historyToJSON(await handle.fetchHistory())));
  });
}

/** A run that failed has a history too. */
async function ended(handle: WorkflowHandle): Promise<void> {
  try {
    await handle.result();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'WorkflowFailedError') throw error;
  }
}

/** As the formatter of the project has it: numbers on one line. */
function formatted(json: string): string {
  const history: unknown = JSON.parse(json, (key, value: unknown) =>
    LEFT_OUT.includes(key) ? undefined : value,
  );
  const numbersOnOneLine = (list: string) => list.replaceAll(/\s+/g, '').replaceAll(',', ', ');
  return `${JSON.stringify(history, null, 2).replaceAll(/\[[\d,\s]+\]/g, numbersOnOneLine)}\n`;
}

async function recordAll(parts: readonly string[]): Promise<void> {
  const wanted = CASES.filter(
    (each) => parts.length === 0 || parts.some((part) => fileOf(each).includes(part)),
  );
  const server = await startTemporal({ identity: IDENTITY });
  try {
    for (const each of wanted) {
      await record(server, each);
      process.stdout.write(`${fileOf(each)}\n`);
    }
  } finally {
    await server.stop();
  }
}

if (import.meta.main) await recordAll(process.argv.slice(2));
