/** The `openmcp` command as a process: ends with a code that means something. */

import { runOpenmcp } from './run.ts';
import type { Connect } from './surroundings.ts';

const connect: Connect = async (settings) => {
  const { connectHub } = await import('./hub.ts');
  return connectHub(settings);
};

process.stdout.on('error', (error) => {
  // Whoever reads has seen enough, as in `openmcp plan -f web.yaml | head -1`.
  if ('code' in error && error.code === 'EPIPE') process.exit(0);
  throw error;
});
process.exitCode = await runOpenmcp(process.argv.slice(2), process, connect);
