import { expect, it } from '@jest/globals';
import { CommanderError } from 'commander';
import { ErrorCode, OpenMcpError } from '../../../src/api/errors.ts';
import { exitCodeOf, reportError } from '../../../src/cli/errors.ts';

function reported(error: unknown, ...args: readonly string[]): string {
  let text = '';
  reportError(error, args, (part) => {
    text += part;
  });
  return text;
}

const unreached = new OpenMcpError(ErrorCode.Unavailable, 'cannot reach the hub: ECONNREFUSED');

it.each<[ErrorCode, number]>([
  ['Rejected', 2],
  ['NotFound', 3],
  ['Conflict', 4],
  ['NotYet', 4],
  ['Unavailable', 5],
])('ends with a code that means %s', (code, exit) => {
  expect(exitCodeOf(new OpenMcpError(code, 'x'))).toBe(exit);
});

it.each<[string, unknown, number]>([
  ['a bug', new TypeError('x'), 1],
  ['what is no error', 'x', 1],
  ['an error whose code is another system’s', Object.assign(new Error('x'), { code: 'EPIPE' }), 1],
  ['wrong usage', new CommanderError(1, 'commander.unknownOption', 'error: x'), 2],
  ['a command left out, so that help is shown', new CommanderError(1, 'commander.help', 'x'), 2],
  ['help that was asked for', new CommanderError(0, 'commander.helpDisplayed', 'x'), 0],
])('ends with the code of %s', (_what, error, exit) => {
  expect(exitCodeOf(error)).toBe(exit);
});

it('says what is wrong in one line, without a stack', () => {
  const error = new OpenMcpError(ErrorCode.NotFound, 'cannot join 10.0.3.40: it is not registered');

  expect(reported(error)).toBe('error: cannot join 10.0.3.40: it is not registered\n');
});

it('says what to do about what cannot be reached', () => {
  expect(reported(unreached)).toMatch(
    /^error: cannot reach the hub: ECONNREFUSED\n {2}fix: check that it runs.*--help.*\n$/,
  );
});

it('says what to do when the cluster is not the hub', () => {
  const error = new OpenMcpError(ErrorCode.NotFound, 'cannot plan shop/web: HTTP 404');

  expect(reported(error)).toMatch(/HTTP 404\n {2}fix: .*does not serve.*--context/);
});

it('shows where a bug is', () => {
  const bug = new TypeError('x is not a function');

  expect(reported(bug)).toContain('error: x is not a function\n');
  expect(reported(bug)).toContain('errors.test.ts');
});

it('says once what commander found, in one line', () => {
  const text = "error: unknown command 'joim'\n(Did you mean join?)";

  expect(reported(new CommanderError(1, 'commander.unknownCommand', text))).toBe(
    "error: unknown command 'joim' (Did you mean join?)\n  fix: add --help to see what the command takes\n",
  );
});

it.each(['commander.help', 'commander.helpDisplayed', 'commander.version'])(
  'has nothing to add to what was shown: %s',
  (code) => {
    expect(reported(new CommanderError(0, code, '(outputHelp)'))).toBe('');
  },
);

it.each([
  [['-o', 'json']],
  [['-ojson']],
  [['join', 'list', '--output', 'json', '--bogus']],
  [['--output=json', 'join', 'list']],
])('is one JSON line where that was asked for: %p', (args) => {
  expect(JSON.parse(reported(unreached, ...args))).toEqual({
    code: 'Unavailable',
    message: unreached.message,
  });
});

it.each([[['-o', 'table', 'json']], [['json']], [['--registry', '-o']]])(
  'is words otherwise: %p',
  (args) => {
    expect(reported(unreached, ...args)).toMatch(/^error: /);
  },
);

it('tells scripts of bugs and of wrong usage too', () => {
  const usage = new CommanderError(1, 'commander.unknownOption', "error: unknown option '--x'");

  expect(JSON.parse(reported(new TypeError('x'), '-ojson'))).toEqual({ code: 'Bug', message: 'x' });
  expect(JSON.parse(reported(usage, '-ojson'))).toEqual({
    code: 'Rejected',
    message: "unknown option '--x'",
  });
});
