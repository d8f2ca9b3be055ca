/**
 * Bundles the workflows into one file, which a worker then only has to load:
 * `node src/bundle-workflows.ts <file>` in a folder that is there, and OPENMCP_WORKFLOW_BUNDLE=<file> for the worker.
 *
 * A worker that bundles by itself starts slower, and keeps what the bundler needed (some 150 MB).
 */

import { renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const [file] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('usage: node src/bundle-workflows.ts <file>\n');
  process.exit(2);
}
const { code } = await bundleWorkflowCode({
  workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)),
  logger: new DefaultLogger('WARN'),
});
writeFileSync(`${file}.tmp`, code);
renameSync(`${file}.tmp`, file);
