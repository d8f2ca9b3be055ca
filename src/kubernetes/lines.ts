/** Cuts a stream of bytes into lines, without copying what is whole already. */

const NEWLINE = 0x0a;

/** One object of a watch; the API server itself stores no object above a few MB. */
const MAX_LINE_BYTES = 32 * 1024 * 1024;

export interface LineSplitter {
  /** The lines that `chunk` completes. Empty lines are left out. */
  push(chunk: Buffer): string[];
}

export function lineSplitter(maxBytes = MAX_LINE_BYTES): LineSplitter {
  let rest: Buffer[] = [];
  let restBytes = 0;

  const finish = (end: Buffer): string => {
    const line = restBytes === 0 ? end : Buffer.concat([...rest, end]);
    rest = [];
    restBytes = 0;
    return line.toString('utf8');
  };

  return {
    push(chunk) {
      const lines: string[] = [];
      let start = 0;
      for (;;) {
        const end = chunk.indexOf(NEWLINE, start);
        if (end === -1) break;
        const line = finish(chunk.subarray(start, end));
        if (line !== '') lines.push(line);
        start = end + 1;
      }
      if (start < chunk.length) {
        rest.push(chunk.subarray(start));
        restBytes += chunk.length - start;
      }
      if (restBytes > maxBytes) throw new Error(`a line is longer than ${maxBytes} bytes`);
      return lines;
    },
  };
}
