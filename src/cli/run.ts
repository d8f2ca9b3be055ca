/** One run of the command, from its arguments to its exit code. */

import { exitCodeOf, reportError } from './errors.ts';
import { createProgram } from './program.ts';
import type { Connect, Surroundings } from './surroundings.ts';

/** `args` begin after the name of the command. Never rejects. */
export async function runOpenmcp(
  args: readonly string[],
  around: Surroundings,
  connect: Connect,
): Promise<number> {
  try {
    await createProgram(around, connect).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    reportError(error, args, (text) => around.stderr.write(text));
    return exitCodeOf(error);
  }
}
