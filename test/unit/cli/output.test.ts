import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createOutput, table } from '../../../src/cli/output.ts';

function streams(options: { tty: boolean; json?: boolean; columns?: number }) {
  const shown = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY: options.tty,
    ...(options.columns !== undefined && { columns: options.columns }),
    write: (text: string) => {
      shown[name] += text;
    },
  });
  const output = createOutput(stream('stdout'), stream('stderr'), options.json ?? false);
  return { shown, output };
}

/** What a person sees in the last line of a terminal after all that was written to it. */
function lastLine(written: string): string {
  const rewritten = written.slice(written.lastIndexOf('\n') + 1);
  return rewritten.slice(rewritten.lastIndexOf('\u001B[2K') + 1).replace('[2K', '');
}

describe('results', () => {
  it('are lines, or one JSON document, on standard output', () => {
    const { shown, output } = streams({ tty: false });

    output.line('Success');
    output.json({ a: [1] });

    expect(shown).toEqual({ stdout: 'Success\n{\n  "a": [\n    1\n  ]\n}\n', stderr: '' });
  });
});

describe('progress', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('is one line on a terminal, written anew', () => {
    const { shown, output } = streams({ tty: true });

    output.progress('cluster1: 1/10 looking');
    output.progress('cluster1: 2/10 labelling');

    expect(shown.stderr).not.toContain('\n');
    expect(lastLine(shown.stderr)).toBe('cluster1: 2/10 labelling (0 s)');
    output.progressDone();
  });

  it('counts seconds on a terminal though nothing happens', () => {
    const { shown, output } = streams({ tty: true });
    output.progress('cluster1: 1/10 looking');

    jest.advanceTimersByTime(3_000);

    expect(lastLine(shown.stderr)).toBe('cluster1: 1/10 looking (3 s)');
    output.progressDone();
  });

  it('leaves nothing on a terminal when it is done, and stops', () => {
    const { shown, output } = streams({ tty: true });
    output.progress('cluster1: 1/10 looking');

    output.progressDone();
    jest.advanceTimersByTime(3_000);

    expect(lastLine(shown.stderr)).toBe('');
    expect(jest.getTimerCount()).toBe(0);
    expect(shown.stdout).toBe('');
  });

  it('never wraps on a narrow terminal', () => {
    const { shown, output } = streams({ tty: true, columns: 20 });

    output.progress('cluster1: waiting until 3 workloads run elsewhere');

    expect(lastLine(shown.stderr)).toBe('cluster1: wa… (0 s)');
    output.progressDone();
  });

  it('is plain lines elsewhere, each once', () => {
    const { shown, output } = streams({ tty: false });

    for (const text of ['one', 'one', 'two']) output.progress(text);
    output.progressDone();

    expect(shown.stderr).toBe('one\ntwo\n');
  });

  it.each([true, false])('is nothing beside JSON, terminal or not: %p', (tty) => {
    const { shown, output } = streams({ tty, json: true });

    output.progress('one');
    output.progressDone();
    jest.advanceTimersByTime(3_000);

    expect(shown).toEqual({ stdout: '', stderr: '' });
  });
});

describe('a table', () => {
  it('aligns columns under their titles, without spaces at the end', () => {
    const lines = table(
      ['#', 'Cluster Name', 'IP'],
      [
        ['1.', 'cluster1', '10.0.3.40'],
        ['10.', 'a-cluster-of-a-long-name', ''],
      ],
    );

    expect(lines).toEqual([
      '#    Cluster Name              IP',
      '1.   cluster1                  10.0.3.40',
      '10.  a-cluster-of-a-long-name',
    ]);
  });

  it('is its titles alone when it is empty', () => {
    expect(table(['#', 'IP'], [])).toEqual(['#  IP']);
  });
});
