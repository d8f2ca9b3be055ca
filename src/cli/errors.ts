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

const USAGE = 'add --help to see what the command takes';
const UNREACHED =
  'check that it runs and that the address is right; openmcp --help names where addresses come from';

const NO_HUB =
  'this cluster does not serve the kinds of OpenMCP: name the hub with --context or --kubeconfig';

/** Help and version were asked for, or shown because no command was given. */
const HELP = ['commander.help', 'commander.helpDisplayed', 'commander.version'];

export function reportError(
  error: unknown,
  args: readonly string[],
  write: (text: string) => void,
): void {
  const told = toldOf(error);
  if (told === null) return;
  const { code, message, fix } = told;
  if (wantsJson(args)) {
    write(`${JSON.stringify({ code: code ?? 'Bug', message })}\n`);
    return;
  }
  write(`error: ${message}\n`);
  if (fix !== null) write(`  fix: ${fix}\n`);
  if (code === null) write(`${stackOf(error)}\n`);
}

interface Told {
  /** Null is a bug. */
  readonly code: ErrorCode | null;
  readonly message: string;
  /** What to do about it, where the message does not say. */
  readonly fix: string | null;
}

/** Null when all is said: the help, or the version. */
function toldOf(error: unknown): Told | null {
  if (error instanceof CommanderError) {
    if (HELP.includes(error.code)) return null;
    const message = error.message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');
    return { code: ErrorCode.Rejected, message, fix: USAGE };
  }
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  return { code, message, fix: fixOf(code, message) };
}

function fixOf(code: ErrorCode | null, message: string): string | null {
  if (code === ErrorCode.Unavailable) return UNREACHED;
  // Of what is missing in a kind that it knows, an API server tells the name.
  return code === ErrorCode.NotFound && message.endsWith('HTTP 404') ? NO_HUB : null;
}

function stackOf(error: unknown): string {
  return error instanceof Error && error.stack !== undefined ? error.stack : '(no stack)';
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
