/** Reads raw JSON as a person wrote it, and names the field when it is not what it should be. */

import { ErrorCode, OpenMcpError } from '../api/errors.ts';

/** A value and the way to it. An absent field has the value `undefined`. */
export interface Field {
  readonly path: string;
  readonly value: unknown;
}

/** Shown of a wrong value: enough to recognise it. */
const SHOWN = 60;

export function rejected(field: Field, must: string): OpenMcpError {
  const shown = JSON.stringify(field.value) ?? 'absent';
  const value = shown.length > SHOWN ? `${shown.slice(0, SHOWN)}…` : shown;
  return new OpenMcpError(
    ErrorCode.Rejected,
    `cannot use ${field.path}: it must be ${must}, and is ${value}`,
  );
}

/** Fields of objects that may be absent all the way down: then the answer is an absent field. */
export function at(field: Field, ...keys: readonly string[]): Field {
  let found = field;
  for (const key of keys) {
    const path = found.path === '' ? key : `${found.path}.${key}`;
    found = { path, value: isAbsent(found) ? undefined : objectOf(found)[key] };
  }
  return found;
}

/** `null` counts as absent, as it does for Kubernetes. */
export function isAbsent(field: Field): boolean {
  return field.value === undefined || field.value === null;
}

/** Absent is empty. */
export function items(field: Field): readonly Field[] {
  if (isAbsent(field)) return [];
  if (!Array.isArray(field.value)) throw rejected(field, 'a list');
  return field.value.map((value: unknown, index) => ({ path: `${field.path}[${index}]`, value }));
}

/** Absent is empty. */
export function entries(field: Field): readonly (readonly [key: string, value: Field])[] {
  if (isAbsent(field)) return [];
  return Object.entries(objectOf(field)).map(
    ([key, value]) => [key, { path: `${field.path}.${key}`, value }] as const,
  );
}

export function optionalText(field: Field): string | undefined {
  if (isAbsent(field)) return undefined;
  if (typeof field.value !== 'string') throw rejected(field, 'a text');
  return field.value;
}

export function textOf(field: Field): string {
  const text = optionalText(field);
  if (text === undefined) throw rejected(field, 'a text');
  return text;
}

export function texts(field: Field): readonly string[] {
  return items(field).map(textOf);
}

/** An absent map is empty. */
export function textMap(field: Field): Readonly<Record<string, string>> {
  return Object.fromEntries(entries(field).map(([key, value]) => [key, textOf(value)]));
}

export function optionalCount(field: Field, least: number): number | undefined {
  if (isAbsent(field)) return undefined;
  const { value } = field;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least) {
    throw rejected(field, `a whole number of at least ${least}`);
  }
  return value;
}

function objectOf(field: Field): Readonly<Record<string, unknown>> {
  if (!isObject(field.value)) throw rejected(field, 'an object');
  return field.value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
