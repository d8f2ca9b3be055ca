/** What commands print: tables for people, one JSON document for scripts. */

export interface Output {
  line(text: string): void;
  /** What is going on: one rewritten line on a terminal, plain lines elsewhere, nothing with JSON. */
  progress(text: string): void;
  /** Takes away a rewritten line. */
  progressDone(): void;
  json(value: unknown): void;
}

export interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const CLEAR_LINE = '\r\u001B[2K';
const NARROW = 80;
const TICK_MS = 1_000;

export function createOutput(stdout: Stream, stderr: Stream, json: boolean): Output {
  const tell = stderr.isTTY === true ? rewritten(stderr) : plain(stderr);
  return {
    line: (text) => stdout.write(`${text}\n`),
    progress(text) {
      if (!json) tell.progress(text);
    },
    progressDone: () => tell.done(),
    json: (value) => stdout.write(`${JSON.stringify(value, null, 2)}\n`),
  };
}

interface Teller {
  progress(text: string): void;
  done(): void;
}

function plain(stream: Stream): Teller {
  let last = '';
  return {
    progress(text) {
      if (text === last) return;
      last = text;
      stream.write(`${text}\n`);
    },
    done: () => undefined,
  };
}

/** The seconds go on by themselves, so that a long step does not look like a dead one. */
function rewritten(stream: Stream): Teller {
  let begun: number | null = null;
  let last = '';
  let ticking: NodeJS.Timeout | undefined;
  const draw = () => {
    const seconds = Math.floor((performance.now() - (begun ?? 0)) / 1000);
    const clock = ` (${seconds} s)`;
    // What wraps into a second line could not be taken away again.
    const room = (stream.columns ?? NARROW) - 1 - clock.length;
    const shown = last.length > room ? `${last.slice(0, room - 1)}…` : last;
    stream.write(`${CLEAR_LINE}${shown}${clock}`);
  };
  return {
    progress(text) {
      last = text;
      begun ??= performance.now();
      ticking ??= setInterval(draw, TICK_MS);
      draw();
    },
    done() {
      if (ticking === undefined) return;
      clearInterval(ticking);
      ticking = undefined;
      stream.write(CLEAR_LINE);
    },
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
