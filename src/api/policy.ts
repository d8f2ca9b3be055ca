/** OpenMCPPolicyEngine: settings of the product that are changed while it runs. */

import * as z from 'zod';
import type { SchedulingAlgorithm } from './fleet.ts';
import { AGE, commonStatus, type Kind } from './kind.ts';

const PolicySpec = z
  .object({
    template: z
      .object({
        spec: z
          .object({
            targetController: z
              .object({ kind: z.string().describe('Whose policy it is.') })
              .describe('The part of the product that reads it.'),
            policies: z
              .array(
                z.object({
                  type: z.string().min(1).describe('Name of the setting.'),
                  value: z.array(z.string()).describe('Its values, as text.'),
                }),
              )
              .describe('The settings.'),
          })
          .describe('Settings, and who reads them.'),
      })
      .describe('What is set.'),
    rangeOfApplication: z
      .enum(['FromNow', 'All'])
      .default('FromNow')
      .describe('Whether resources that exist already follow a change too.'),
    policyStatus: z
      .enum(['Enabled', 'Disabled'])
      .default('Enabled')
      .describe('A disabled policy counts as absent.'),
  })
  .describe('A policy and whom it concerns.');

export const POLICY: Kind = {
  kind: 'OpenMCPPolicyEngine',
  plural: 'openmcppolicyengines',
  shortNames: ['opol', 'openmcppolicy'],
  description: 'A setting of the product that can be changed while it runs.',
  fields: { spec: PolicySpec, status: z.object(commonStatus).describe('How it stands.') },
  columns: [
    {
      name: 'Status',
      type: 'string',
      jsonPath: '.spec.policyStatus',
      description: 'Whether it counts.',
    },
    {
      name: 'Values',
      type: 'string',
      jsonPath: '.spec.template.spec.policies[*].value',
      description: 'What is set.',
    },
    AGE,
  ],
};

const Values = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        policies: z.array(z.object({ type: z.string(), value: z.array(z.string()) })),
      }),
    }),
    policyStatus: z.string().default('Enabled'),
  }),
});

/** The values of one setting; empty when the policy is disabled, unreadable, or does not hold it. */
function policyValues(policy: object, type: string): readonly string[] {
  const parsed = Values.safeParse(policy);
  if (!parsed.success || parsed.data.spec.policyStatus !== 'Enabled') return [];
  return parsed.data.spec.template.spec.policies.find((each) => each.type === type)?.value ?? [];
}

/** Of the policy `scheduling-policy`; anything but RR is the framework. */
export function schedulingAlgorithm(policy: object): SchedulingAlgorithm {
  return policyValues(policy, 'algorithm')[0] === 'RR' ? 'RR' : 'OpenMCP';
}
