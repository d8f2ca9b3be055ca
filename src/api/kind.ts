/** What the definition of one kind consists of. The CRD and the types come from the same schema. */

import * as z from 'zod';
import { Conditions } from './conditions.ts';

export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date' | 'boolean';
  readonly jsonPath: string;
  readonly description: string;
  /** Shown only with `-o wide`. */
  readonly wide?: boolean;
}

export interface Kind {
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly description: string;
  /** Group and version, where they are not ours. */
  readonly group?: string;
  readonly version?: string;
  /** Fields beside apiVersion, kind and metadata: `spec`, `status`, and what the original put there. */
  readonly fields: Readonly<Record<string, z.ZodType>>;
  /** Where `kubectl scale` finds the replicas: JSON paths. */
  readonly scale?: { readonly specReplicasPath: string; readonly statusReplicasPath: string };
  /** About the object as a whole, its name for one. */
  readonly rules?: readonly Rule[];
  readonly columns: readonly Column[];
}

/** A rule in CEL that the API server checks, with a message that names the field and the fix. */
export interface Rule {
  readonly rule: string;
  readonly message: string;
  readonly fieldPath?: string;
  /** The rule looks at a new object too: `oldSelf` is an optional then. */
  readonly optionalOldSelf?: true;
}

export const rules = (...list: readonly Rule[]) => ({ 'x-kubernetes-validations': list });

/** A part of Kubernetes' own API, by the name of its definition there; its schema is put in by the generator. */
export function upstream(definition: string, description: string) {
  return z.record(z.string(), z.unknown()).meta({ description, 'x-openmcp-upstream': definition });
}

/** An object of any shape: what is in it is not looked at. */
export function anyObject(description: string) {
  return z
    .record(z.string(), z.unknown())
    .meta({ description, 'x-kubernetes-preserve-unknown-fields': true });
}

export const AGE: Column = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'Since when it exists.',
};

export function conditionColumn(name: string, type: string, wide = false): Column {
  const jsonPath = `.status.conditions[?(@.type=="${type}")].status`;
  return { name, type: 'string', jsonPath, description: `Status of the condition ${type}.`, wide };
}

export function reasonColumn(name: string, type: string): Column {
  const jsonPath = `.status.conditions[?(@.type=="${type}")].reason`;
  return { name, type: 'string', jsonPath, description: `Reason of the condition ${type}.` };
}

/** A DNS label, as cluster names are. */
export const clusterName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/)
  .max(63);

/** The status that every kind has. */
export const commonStatus = {
  observedGeneration: z
    .int()
    .optional()
    .describe('The generation of the spec that this status is about.'),
  conditions: Conditions.optional(),
};

/** What the original showed for resources that it copied to members. */
export const propagatedStatus = {
  ...commonStatus,
  clusterMaps: z
    .record(z.string(), z.int())
    .optional()
    .describe('How many of it each cluster has, by cluster.'),
};
