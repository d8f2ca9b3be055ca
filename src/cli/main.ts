/** The `openmcp` command: reads the command line, runs one command, ends with a code that means something. */

import { exitCodeOf, reportError } from './errors.ts';
import { createProgram } from './program.ts';

const program = createProgram(process);
try {
  await program.parseAsync(process.argv);
} catch (error) {
  reportError(error, process.argv, (text) => process.stderr.write(text));
  process.exitCode = exitCodeOf(error);
}
