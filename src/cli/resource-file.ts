/** The OpenMCPDeployments of a file, as their author wrote them. */

import { readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import { ErrorCode, OpenMcpError } from '../api/errors.ts';
import { isKubeObject, isRecord, type KubeObject } from '../kubernetes/object.ts';
import { OPENMCP_DEPLOYMENTS } from '../kubernetes/resources.ts';
import { rejected } from './errors.ts';
import type { Run } from './program.ts';

/** `filename` is that of a file, or - for standard input. At least one. */
export async function readDeployments(
  filename: string,
  stdin: Run['stdin'],
): Promise<KubeObject[]> {
  const named = filename === '-' ? 'standard input' : filename;
  const text = filename === '-' ? await readAll(stdin) : await readNamed(filename);
  const resources = parseAllDocuments(text).flatMap((document): KubeObject[] => {
    const [problem] = document.errors;
    if (problem !== undefined)
      throw rejected(`cannot read ${named}: ${problem.message.replace(/:?\n[\s\S]*$/, '')}`);
    const value: unknown = document.toJS();
    return value === null ? [] : [deployment(value, named)];
  });
  if (resources.length === 0)
    throw rejected(`cannot plan ${named}: it holds no ${OPENMCP_DEPLOYMENTS.kind}`);
  return resources;
}

function deployment(value: unknown, named: string): KubeObject {
  const { kind } = OPENMCP_DEPLOYMENTS;
  if (!isKubeObject(value)) {
    throw rejected(`cannot plan ${named}: every document needs apiVersion, kind and metadata.name`);
  }
  if (value.kind === kind) return value;
  throw rejected(`cannot plan ${named}: it holds a ${value.kind}, and only ${kind}s are planned`);
}

async function readNamed(filename: string): Promise<string> {
  try {
    return await readFile(filename, 'utf8');
  } catch (error) {
    const code = isRecord(error) ? error['code'] : undefined;
    if (code === 'ENOENT')
      throw new OpenMcpError(ErrorCode.NotFound, `cannot read ${filename}: there is no such file`);
    if (code === 'EISDIR') throw rejected(`cannot read ${filename}: it is a folder; name a file`);
    throw rejected(`cannot read ${filename}: ${String(code)}`);
  }
}

async function readAll(stdin: Run['stdin']): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
