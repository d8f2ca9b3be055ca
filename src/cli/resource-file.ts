/** The OpenMCPDeployments of a file, as their author wrote them. */

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { ErrorCode, OpenMcpError } from '../api/errors.ts';
import { isKubeObject, isRecord, type KubeObject } from '../kubernetes/object.ts';
import { OPENMCP_DEPLOYMENTS } from '../kubernetes/resources.ts';
import { rejected } from './errors.ts';
import type { Run } from './surroundings.ts';

/** `filename` is that of a file, of a folder of YAML and JSON files, or - for standard input. At least one. */
export async function readDeployments(
  filename: string,
  stdin: Run['stdin'],
): Promise<KubeObject[]> {
  const named = filename === '-' ? 'standard input' : filename;
  const texts =
    filename === '-'
      ? [{ from: named, text: await readAll(stdin) }]
      : await Promise.all((await filesOf(filename)).map(readNamed));
  const resources = texts.flatMap(({ from, text }) => parsed(from, text));
  if (resources.length === 0)
    throw rejected(
      `cannot plan ${named}: it holds no ${OPENMCP_DEPLOYMENTS.kind}; of a folder, the files in it are read, not those of folders in it`,
    );
  return resources;
}

function parsed(named: string, text: string): KubeObject[] {
  return parseAllDocuments(text).flatMap((document): KubeObject[] => {
    const [problem] = document.errors;
    if (problem !== undefined)
      throw rejected(`cannot read ${named}: ${problem.message.replace(/:?\n[\s\S]*$/, '')}`);
    const value: unknown = document.toJS();
    return value === null ? [] : [deployment(value, named)];
  });
}

function deployment(value: unknown, named: string): KubeObject {
  const { kind } = OPENMCP_DEPLOYMENTS;
  if (!isKubeObject(value)) {
    throw rejected(`cannot plan ${named}: every document needs apiVersion, kind and metadata.name`);
  }
  if (value.kind === kind) return value;
  throw rejected(
    `cannot plan ${named}: there is ${/^[AEIOU]/.test(value.kind) ? 'an' : 'a'} ${value.kind} in it, and only ${kind}s are planned`,
  );
}

/** As kubectl takes a folder: its files of these kinds, not those of folders in it. */
async function filesOf(filename: string): Promise<string[]> {
  const found = await stat(filename).catch((error: unknown) => refuse(filename, error));
  if (!found.isDirectory()) return [filename];
  const names = await readdir(filename);
  return names
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .toSorted()
    .map((name) => join(filename, name));
}

async function readNamed(from: string): Promise<{ from: string; text: string }> {
  const text = await readFile(from, 'utf8').catch((error: unknown) => refuse(from, error));
  return { from, text };
}

function refuse(filename: string, error: unknown): never {
  const code = isRecord(error) ? error['code'] : undefined;
  if (code === 'ENOENT')
    throw new OpenMcpError(ErrorCode.NotFound, `cannot read ${filename}: there is no such file`);
  throw rejected(`cannot read ${filename}: ${String(code)}`);
}

async function readAll(stdin: Run['stdin']): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
