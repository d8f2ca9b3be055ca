/** OpenMCPHybridAutoScaler: HPAs and VPAs in the members, their bounds moved between them. */

import * as z from 'zod';
import { AGE, anyObject, conditionColumn, type Kind, propagatedStatus, rules } from './kind.ts';

const target = z
  .object({
    apiVersion: z.string().optional().describe('openmcp.k8s.io/v1alpha1 or apps/v1.'),
    kind: z.string().describe('OpenMCPDeployment or Deployment.'),
    name: z.string().describe('Its name.'),
  })
  .describe('What is scaled.');

const bounds = rules({
  rule: '!has(self.minReplicas) || !has(self.maxReplicas) || self.minReplicas <= self.maxReplicas',
  message: 'minReplicas is larger than maxReplicas: lower it, or raise maxReplicas',
  fieldPath: '.minReplicas',
});

const hpaTemplate = z
  .object({
    apiVersion: z.string().optional().describe('autoscaling/v2; v2beta2 is accepted.'),
    kind: z.string().optional().describe('HorizontalPodAutoscaler.'),
    metadata: anyObject('Labels and annotations of each HPA.').optional(),
    spec: z
      .object({
        scaleTargetRef: target,
        minReplicas: z
          .int()
          .min(1)
          .default(1)
          .describe('Fewest replicas in all clusters together.'),
        maxReplicas: z.int().min(1).describe('Most replicas in all clusters together.'),
        metrics: z
          .array(anyObject('One metric, as autoscaling/v2 or v2beta2 writes it.'))
          .optional()
          .describe('What replicas follow.'),
        behavior: anyObject('How fast it scales.').optional(),
      })
      .describe('The spec of the HPA, for all clusters together.')
      .meta(bounds),
  })
  .describe('The HPA that is divided over the clusters.');

const criterion = z.object({
  kind: z.enum(['cpu', 'memory']).describe('What is measured.'),
  targetUtilization: z.number().min(0).describe('Percent of what is requested.'),
});
const vpaMode = z.enum(['Never', 'Auto', 'Always']);

export const HYBRID_AUTOSCALER: Kind = {
  kind: 'OpenMCPHybridAutoScaler',
  plural: 'openmcphybridautoscalers',
  shortNames: ['ohas'],
  description: 'Scales an OpenMCPDeployment by HPAs and VPAs in its clusters.',
  fields: {
    spec: z
      .object({
        hpaTemplate: hpaTemplate.optional(),
        vpaMode: vpaMode
          .optional()
          .describe('When a VPA is made: Never, Always, or Auto: where pods request nothing.'),
        mainController: z
          .enum(['OpenMCP', 'MemberCluster'])
          .optional()
          .describe('Who scales: the product itself, or the HPAs of the members.'),
        scalingOptions: z
          .object({
            cpaTemplate: z
              .object({
                scaleTargetRef: target,
                minReplicas: z.int().min(1).optional().describe('Fewest replicas.'),
                maxReplicas: z.int().min(1).optional().describe('Most replicas.'),
                scaleInCriterion: z.array(criterion).optional().describe('Below this it shrinks.'),
                scaleOutCriterion: z.array(criterion).optional().describe('Above this it grows.'),
                selectRelaxedClusterCriterion: z
                  .array(criterion)
                  .optional()
                  .describe('Below this a cluster can give a replica away.'),
              })
              .meta(bounds)
              .optional()
              .describe('Scaling by the product itself.'),
            hpaTemplate: hpaTemplate.optional(),
            vpaTemplate: vpaMode.optional().describe('When a VPA is made.'),
          })
          .optional()
          .describe('The newer form of the same settings.'),
      })
      .describe('What is scaled, and how.')
      .meta(
        rules({
          rule: 'has(self.hpaTemplate) || has(self.scalingOptions)',
          message: 'nothing is scaled: give spec.hpaTemplate (or spec.scalingOptions)',
          fieldPath: '.hpaTemplate',
        }),
      ),
    status: z
      .object({
        ...propagatedStatus,
        policies: z
          .array(
            z.object({
              type: z.string().describe('Name of the setting.'),
              value: z.array(z.string()).describe('Its values.'),
            }),
          )
          .optional()
          .describe('Policies it follows.'),
        rebalancingCount: z
          .record(z.string(), z.int())
          .optional()
          .describe('Bounds moved, by cluster.'),
        clusterMinMaps: z
          .record(z.string(), z.int())
          .optional()
          .describe('Fewest replicas, by cluster.'),
        clusterMaxMaps: z
          .record(z.string(), z.int())
          .optional()
          .describe('Most replicas, by cluster.'),
      })
      .describe('How it stands.'),
  },
  columns: [
    {
      name: 'Min',
      type: 'integer',
      jsonPath: '.spec.hpaTemplate.spec.minReplicas',
      description: 'Fewest replicas.',
    },
    {
      name: 'Max',
      type: 'integer',
      jsonPath: '.spec.hpaTemplate.spec.maxReplicas',
      description: 'Most replicas.',
    },
    {
      name: 'Target',
      type: 'string',
      jsonPath: '.spec.hpaTemplate.spec.scaleTargetRef.name',
      description: 'What is scaled.',
    },
    conditionColumn('Ready', 'Ready'),
    AGE,
  ],
};
