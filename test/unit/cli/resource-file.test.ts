import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { readDeployments } from '../../../src/cli/resource-file.ts';
import { deployment } from './deployments.ts';
import { useTerminal } from './terminal.ts';

const terminal = useTerminal();
async function* typed(...parts: readonly (string | Buffer)[]) {
  yield* parts;
}
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(terminal.folder, 'folder-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}
const read = (text: string) => readDeployments(terminal.file('web.yaml', text), typed());
const one = stringify(deployment('one', 1));
const two = stringify(deployment('two', 2));

describe('a file', () => {
  it('may hold several, and empty documents between', async () => {
    const found = await read(`---\n${one}---\n# nothing\n---\n${two}`);

    expect(found).toEqual([deployment('one', 1), deployment('two', 2)]);
  });

  it('may be JSON', async () => {
    expect(await read(JSON.stringify(deployment('one', 1)))).toEqual([deployment('one', 1)]);
  });

  it.each<[string, string, string]>([
    ['nothing', '', 'it holds no OpenMCPDeployment'],
    ['comments', '# later\n---\n', 'it holds no OpenMCPDeployment'],
    ['broken YAML', `${one}---\na: [`, 'Flow sequence'],
    ['text', 'hello', 'every document needs apiVersion, kind and metadata.name'],
    ['an object without a name', 'apiVersion: v1\nkind: X\n', 'needs apiVersion, kind'],
    [
      'another kind',
      one.replace('OpenMCPDeployment', 'Deployment'),
      'there is a Deployment in it, and only OpenMCPDeployments are planned',
    ],
  ])('with %s is refused by name, in one line', async (_what, text, message) => {
    const error: unknown = await read(text).catch((reason: unknown) => reason);

    expect(error).toMatchObject({
      code: 'Rejected',
      message: expect.stringMatching(`^cannot (plan|read) .*web\\.yaml: .*${message}.*$`),
    });
    expect(String(error)).not.toContain('\n');
  });

  it('that is not there is not found', async () => {
    await expect(readDeployments('/none.yaml', typed())).rejects.toMatchObject({
      code: 'NotFound',
      message: 'cannot read /none.yaml: there is no such file',
    });
  });

  it('that is a folder stands for the YAML and JSON files in it, by name', async () => {
    const folder = folderOf({
      'b.yaml': two,
      'a.json': JSON.stringify(deployment('one', 1)),
      'notes.txt': 'hello',
    });

    expect(await readDeployments(folder, typed())).toEqual([
      deployment('one', 1),
      deployment('two', 2),
    ]);
  });

  it('that is a folder without such files holds nothing', async () => {
    const folder = folderOf({ 'notes.txt': one });

    await expect(readDeployments(folder, typed())).rejects.toMatchObject({
      code: 'Rejected',
      message: expect.stringContaining('it holds no OpenMCPDeployment'),
    });
  });
});
