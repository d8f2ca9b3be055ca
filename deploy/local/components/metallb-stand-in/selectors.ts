/** Label selectors: read from an object, and asked whether they select labels. */

import * as z from 'zod';

export type Labels = Readonly<Record<string, string>>;

export const Selector = z.object({
  matchLabels: z.record(z.string(), z.string()).default({}),
  matchExpressions: z
    .array(
      z.object({
        key: z.string(),
        operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
        values: z.array(z.string()).default([]),
      }),
    )
    .default([]),
});
export type Selector = z.infer<typeof Selector>;

type Operator = Selector['matchExpressions'][number]['operator'];

/** An empty selector selects everything. */
export function selects({ matchLabels, matchExpressions }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values }) => FITS[operator](labels[key], values))
  );
}

const FITS: Readonly<
  Record<Operator, (actual: string | undefined, values: readonly string[]) => boolean>
> = {
  In: (actual, values) => actual !== undefined && values.includes(actual),
  NotIn: (actual, values) => actual === undefined || !values.includes(actual),
  Exists: (actual) => actual !== undefined,
  DoesNotExist: (actual) => actual === undefined,
};
