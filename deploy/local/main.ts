/** The commands behind `npm start`, `npm stop`, `npm test` and `npm run bench`. */

import { HELP, parseArguments } from './arguments.ts';
import { build, start, stop } from './launch.ts';
import { bench, test } from './suites.ts';

const parsed = parseArguments(process.argv.slice(2), process.env);
if (parsed.kind === 'help') {
  process.stdout.write(HELP[parsed.verb]);
} else if (parsed.kind === 'bad') {
  process.stderr.write(`${parsed.message}\n`);
  process.exitCode = 2;
} else {
  const verbs = { start, stop, test, bench, build };
  try {
    process.exitCode = await verbs[parsed.verb](parsed.options);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
