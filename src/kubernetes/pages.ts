/** Lists page by page: a list of everything at once costs the server its size several times. */

import { ErrorCode, OpenMcpError } from '../api/errors.ts';
import { isKubeObject, isRecord, type KubeObject } from './object.ts';
import { apiVersionOf, pathOf, type Resource } from './resources.ts';
import type { CallOptions, Transport } from './transport.ts';

const PAGE = 500;

export interface ListOptions extends CallOptions {
  /** Absent: all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Metadata without spec and status: much less to send and to parse. */
  readonly metadataOnly?: boolean | undefined;
}

export interface Page {
  readonly items: KubeObject[];
  /** Of the whole list: the same on every page. Watch from here. */
  readonly resourceVersion: string;
}

export async function* listPages(
  http: Transport,
  resource: Resource,
  options: ListOptions,
): AsyncGenerator<Page> {
  const { namespace, labelSelector, fieldSelector, metadataOnly, ...call } = options;
  const what = `list ${resource.plural}`;
  let position: string | undefined;
  do {
    const body = await http.send({
      ...call,
      method: 'GET',
      path: pathOf(resource, { namespace }),
      what,
      query: { labelSelector, fieldSelector, limit: PAGE, continue: position },
      accept: acceptOf(metadataOnly, 'PartialObjectMetadataList'),
    });
    const page = pageIn(body, resource);
    position = page.next;
    yield page;
  } while (position !== undefined);
}

export function acceptOf(metadataOnly: boolean | undefined, as: string): string {
  return metadataOnly === true
    ? `application/json;as=${as};g=meta.k8s.io;v=v1`
    : 'application/json';
}

function pageIn(body: unknown, resource: Resource): Page & { next: string | undefined } {
  const metadata = isRecord(body) ? body['metadata'] : undefined;
  const told = isRecord(body) ? body['items'] : undefined;
  // An empty list of metadata alone says null.
  const items = told === null ? [] : told;
  if (!Array.isArray(items) || !isRecord(metadata)) {
    throw new OpenMcpError(
      ErrorCode.Unavailable,
      `cannot list ${resource.plural}: the answer is not a list`,
    );
  }
  const { continue: next, resourceVersion } = metadata;
  return {
    items: itemsIn(items, resource),
    resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : '',
    next: typeof next === 'string' && next !== '' ? next : undefined,
  };
}

/** Items of built-in kinds come without the kind that the list has; others look as if read alone. */
function itemsIn(items: readonly unknown[], resource: Resource): KubeObject[] {
  const apiVersion = apiVersionOf(resource);
  const found: KubeObject[] = [];
  for (const item of items) {
    const object: unknown = isRecord(item) ? { ...item, apiVersion, kind: resource.kind } : item;
    if (isKubeObject(object)) found.push(object);
  }
  return found;
}
