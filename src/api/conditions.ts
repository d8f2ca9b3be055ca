/** Conditions: what a resource says about itself, by the conventions of Kubernetes. */

import * as z from 'zod';

export const Condition = z
  .object({
    type: z.string().describe('What it is about, such as Ready or Placed.'),
    status: z.enum(['True', 'False', 'Unknown']).describe('Whether it holds.'),
    reason: z.string().describe('One CamelCase word for machines and for searching.'),
    message: z.string().default('').describe('What a person needs to know.'),
    observedGeneration: z
      .int()
      .optional()
      .describe('The generation of the spec it was said about.'),
    lastTransitionTime: z.string().describe('Since when the status is what it is, RFC 3339.'),
  })
  .describe('One thing that the resource says about itself.');
export type Condition = z.infer<typeof Condition>;

export const Conditions = z
  .array(Condition)
  .describe('What the resource says about itself; one entry per type.')
  .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] });

/** `conditions` with `next` in it; its time is kept as long as its status is. */
export function setCondition(
  conditions: readonly Condition[],
  next: Omit<Condition, 'lastTransitionTime'>,
  now: string,
): Condition[] {
  const before = conditions.find(({ type }) => type === next.type);
  const since = before?.status === next.status ? before.lastTransitionTime : now;
  const others = conditions.filter(({ type }) => type !== next.type);
  return [...others, { ...next, lastTransitionTime: since }];
}
