/** Tables of what was measured, and their place in README. */

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The first column is text, the others are numbers. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) => (column === 0 ? '---' : '--:'));
  return [line(head), line(rule).replaceAll(' ', ''), ...rows.map(line)].join('\n');
}

/** Puts the table between the two comments of that name, which must be there. */
export function intoReadme(name: string, table: string): void {
  const readme = fileURLToPath(new URL('../../README.md', import.meta.url));
  const [from, to] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const [before = '', rest = ''] = readFileSync(readme, 'utf8').split(from);
  const [, after] = rest.split(to);
  if (after === undefined) throw new Error(`README.md has no ${from} … ${to}`);
  writeFileSync(readme, `${before}${from}\n\n${table}\n\n${to}${after}`);
}
