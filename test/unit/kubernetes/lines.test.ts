import { describe, expect, it } from '@jest/globals';
import { lineSplitter } from '../../../src/kubernetes/lines.ts';

describe('lineSplitter', () => {
  it.each([
    ['whole lines', ['a\nb\n'], ['a', 'b']],
    ['a line in three chunks', ['{"x', '":1', '}\n'], ['{"x":1}']],
    ['the end of one and the start of the next', ['a\nb', 'c\n'], ['a', 'bc']],
    ['empty lines, which are kept alive signs', ['\n\na\n\n'], ['a']],
    ['no newline yet', ['abc'], []],
  ])('cuts %s', (_what, chunks, expected) => {
    const lines = lineSplitter();
    expect(chunks.flatMap((chunk) => lines.push(Buffer.from(chunk)))).toEqual(expected);
  });

  it('does not break a character that two chunks share', () => {
    const bytes = Buffer.from('서울\n');
    const lines = lineSplitter();
    const found = [bytes.subarray(0, 1), bytes.subarray(1, 4), bytes.subarray(4)].flatMap((chunk) =>
      lines.push(chunk),
    );
    expect(found).toEqual(['서울']);
  });

  it('refuses a line without end', () => {
    const lines = lineSplitter(10);
    lines.push(Buffer.from('12345678'));
    expect(() => lines.push(Buffer.from('9abc'))).toThrow('longer than 10 bytes');
  });
});
