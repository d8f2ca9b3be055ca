/** What commands print: tables for people, one JSON document for scripts. */

export interface Output {
  line(text: string): void;
  /** What is going on: one rewritten line on a terminal, plain lines elsewhere, nothing with JSON. */
  progress(text: string): void;
  /** Ends a rewritten line. */
  progressDone(): void;
  json(value: unknown): void;
}

export interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

const CLEAR_LINE = '\r\u001B[2K';

export function createOutput(stdout: Stream, stderr: Stream, json: boolean): Output {
  let open = false;
  let last = '';
  return {
    line: (text) => stdout.write(`${text}\n`),
    progress(text) {
      if (json || text === last) return;
      last = text;
      if (stderr.isTTY === true) {
        open = true;
        stderr.write(`${CLEAR_LINE}${text}`);
      } else stderr.write(`${text}\n`);
    },
    progressDone() {
      if (open) stderr.write(CLEAR_LINE);
      open = false;
    },
    json: (value) => stdout.write(`${JSON.stringify(value, null, 2)}\n`),
  };
}

/** Columns aligned under their titles. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [titles, ...rows];
  const widths = titles.map((_, column) =>
    Math.max(...all.map((row) => (row[column] ?? '').length)),
  );
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
