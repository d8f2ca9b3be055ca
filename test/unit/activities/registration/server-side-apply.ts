/** Server-side apply in memory, for labels, annotations, the status, and conditions by their type. */

import type { KubeObject } from '../../../../src/kubernetes/client.ts';
import { isRecord } from '../../../../src/kubernetes/object.ts';

/** A field that a manager applied, as the path to it. */
export type Mark = readonly [string, string, string?];

export function marksOf({ metadata, ...object }: KubeObject): readonly Mark[] {
  const marks = (['labels', 'annotations'] as const).flatMap((field) =>
    Object.keys(metadata[field] ?? {}).map((key): Mark => ['metadata', field, key]),
  );
  const status = statusOf(object);
  const fields = Object.keys(status).filter((key) => key !== 'conditions');
  return [
    ...marks,
    ...fields.map((key): Mark => ['status', key]),
    ...conditionsOf(status).map(({ type }): Mark => ['status', 'conditions', type]),
  ];
}

export function without(marks: readonly Mark[], others: readonly Mark[]): readonly Mark[] {
  const kept = new Set(others.map(String));
  return marks.filter((mark) => !kept.has(String(mark)));
}

/** `found` with what `object` says, and without the marks that were taken back. */
export function applied(found: KubeObject, object: KubeObject, taken: readonly Mark[]): KubeObject {
  const gone = taken.reduce((now, [first, second, third]) => {
    if (second === 'conditions') return now;
    return merged(now, {
      [first]: { [second]: third === undefined ? null : { [third]: null } },
    });
  }, found);
  if (found['status'] === undefined && object['status'] === undefined) return merged(gone, object);
  const told = conditionsOf(statusOf(object));
  const left = new Set([...told.map(({ type }) => type), ...taken.map((mark) => mark[2])]);
  const others = conditionsOf(statusOf(found)).filter(({ type }) => !left.has(type));
  return merged(gone, {
    ...object,
    status: { ...statusOf(object), conditions: [...others, ...told] },
  });
}

function statusOf({ status }: Omit<KubeObject, 'metadata'>): Record<string, unknown> {
  return isRecord(status) ? status : {};
}

function conditionsOf({ conditions }: Record<string, unknown>): { type: string }[] {
  return Array.isArray(conditions) ? conditions : [];
}

/** As a JSON merge patch: null removes. */
export function merged<T extends object>(now: T, change: object): T {
  const result: Record<string, unknown> = Object.fromEntries(Object.entries(now));
  for (const [key, value] of Object.entries(change) as [string, unknown][]) {
    const before = result[key];
    if (value === null) delete result[key];
    else
      result[key] = isRecord(value) ? merged<object>(isRecord(before) ? before : {}, value) : value;
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a change keeps the shape
  return result as T;
}
