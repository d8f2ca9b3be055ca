/** How errors reach people and scripts: words, and exit codes. */

import { CommanderError } from 'commander';
import { codeOf, ErrorCode, OpenMcpError } from '../api/errors.ts';

/** Public: scripts branch on them. 0 is success, 1 a bug of ours. */
const EXIT_CODES: Readonly<Record<ErrorCode, number>> = {
  [ErrorCode.Rejected]: 2,
  [ErrorCode.NotFound]: 3,
  [ErrorCode.Conflict]: 4,
  [ErrorCode.NotYet]: 4,
  [ErrorCode.Unavailable]: 5,
};
const BUG = 1;

export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_CODES.Rejected;
  const code = codeOf(error);
  return code === null ? BUG : EXIT_CODES[code];
}

const HINTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  [ErrorCode.Unavailable]:
    'check that it runs and that the address is right; openmcp --help names where addresses come from',
};

export function reportError(
  error: unknown,
  args: readonly string[],
  write: (text: string) => void,
): void {
  // Commander has said it already.
  if (error instanceof CommanderError) return;
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (wantsJson(args)) {
    write(`${JSON.stringify({ code: code ?? 'Bug', message })}\n`);
    return;
  }
  write(`error: ${message}\n`);
  const hint = code === null ? undefined : HINTS[code];
  if (hint !== undefined) write(`  fix: ${hint}\n`);
  if (code === null && error instanceof Error && error.stack !== undefined)
    write(`${error.stack}\n`);
}

/** The flag may stand anywhere, and parsing may be what failed. */
function wantsJson(args: readonly string[]): boolean {
  return args.some(
    (arg, index) =>
      arg === '--output=json' ||
      arg === '-ojson' ||
      ((arg === '-o' || arg === '--output') && args[index + 1] === 'json'),
  );
}

export function rejected(message: string): OpenMcpError {
  return new OpenMcpError(ErrorCode.Rejected, message);
}
