/** OpenMCPDeployment: a Deployment whose replicas are divided over the members. */

import * as z from 'zod';
import {
  AGE,
  clusterName,
  commonStatus,
  conditionColumn,
  type Kind,
  reasonColumn,
  rules,
  upstream,
} from './kind.ts';

/** Bounds are needed to bound what a validation costs; nobody has so many members. */
const MOST_CLUSTERS = 200;
const MOST_LABELS = 100;

const labelValue = z
  .string()
  .regex(/^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/)
  .max(63);

const toleration = z.object({
  key: z
    .string()
    .optional()
    .describe('Key of the taint; absent tolerates every key (with Exists).'),
  operator: z.enum(['Exists', 'Equal']).optional().describe('Equal unless given.'),
  value: z.string().optional().describe('Value of the taint, for Equal.'),
  effect: z
    .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
    .optional()
    .describe('Effect tolerated; absent tolerates all.'),
});

const spread = z
  .object({
    by: z.enum(['cluster', 'region', 'zone']).describe('What replicas are spread over.'),
    maxSkew: z.int().min(1).optional().describe('Most replicas by which two groups may differ.'),
    minGroups: z.int().min(1).optional().describe('Fewest groups that get replicas.'),
    maxGroups: z.int().min(1).optional().describe('Most groups that get replicas.'),
  })
  .meta(
    rules({
      rule: '!has(self.minGroups) || !has(self.maxGroups) || self.minGroups <= self.maxGroups',
      message: 'spread.minGroups is larger than spread.maxGroups: lower it, or raise maxGroups',
      fieldPath: '.minGroups',
    }),
  );

const template = z
  .object({
    metadata: upstream(
      'ObjectMetaSubset',
      'Labels and annotations that each member Deployment gets.',
    ).optional(),
    spec: z
      .object({
        template: upstream(
          'io.k8s.api.core.v1.PodTemplateSpec',
          'The pods. Containers may say resources.needs: names of hardware that a node must offer.',
        ),
        selector: upstream(
          'io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector',
          'Accepted for compatibility and not used: members select by the owner.',
        ).optional(),
        replicas: z
          .int()
          .min(0)
          .optional()
          .describe('Accepted for compatibility and not used: see spec.replicas.'),
        strategy: upstream(
          'io.k8s.api.apps.v1.DeploymentStrategy',
          'How a member replaces old pods.',
        ).optional(),
        minReadySeconds: z
          .int()
          .min(0)
          .optional()
          .describe('How long a pod must be ready to count as available.'),
        revisionHistoryLimit: z
          .int()
          .min(0)
          .optional()
          .describe('Old ReplicaSets that a member keeps.'),
        paused: z.boolean().optional().describe('Members do not roll out changes.'),
        progressDeadlineSeconds: z
          .int()
          .min(1)
          .optional()
          .describe('When a member calls a rollout stuck.'),
      })
      .describe('The spec of each member Deployment; replicas and selector are ours.'),
  })
  .describe('What each member gets.');

const spec = z
  .object({
    replicas: z.int().min(0).default(1).describe('Replicas in all clusters together.'),
    labels: z
      .record(z.string(), labelValue)
      .describe('Labels of the pods and of the member Deployments.')
      .meta({
        maxProperties: MOST_LABELS,
        ...rules(
          {
            rule: 'size(self) > 0',
            message: 'spec.labels must not be empty: give at least one label, such as app: web',
          },
          {
            rule: 'self.all(key, !format.qualifiedName().validate(key).hasValue())',
            message:
              'spec.labels has a key that no label can have: use letters, digits, - _ . and at most one prefix/',
          },
        ),
      }),
    template,
    clusters: z
      .array(clusterName)
      .optional()
      .describe('Only these clusters may run it; absent or empty means any.')
      .meta({ 'x-kubernetes-list-type': 'set', maxItems: MOST_CLUSTERS }),
    affinity: z
      .record(z.string(), z.array(z.string()))
      .optional()
      .describe(
        'Values of region and zone that a cluster must have: any value of each key, all keys.',
      )
      .meta({
        maxProperties: 10,
        ...rules({
          rule: "self.all(key, key == 'region' || key == 'zone')",
          message: 'spec.affinity has an unknown key: only region and zone are known',
        }),
      }),
    weights: z
      .record(z.string(), z.int().min(0))
      .optional()
      .describe(
        'Share of each cluster, by cluster; clusters that are not named get none. Absent divides evenly.',
      )
      .meta({ maxProperties: MOST_CLUSTERS }),
    spread: z
      .array(spread)
      .optional()
      .describe('How evenly replicas are spread.')
      .meta({ maxItems: 10 }),
    clusterTolerations: z
      .array(toleration)
      .optional()
      .describe('Taints of clusters (OpenMCPCluster spec.taints) that it tolerates.'),
    policy: z
      .record(z.string(), z.string())
      .optional()
      .describe('Accepted for compatibility and not used.'),
    schedulingType: z.string().optional().describe('Accepted for compatibility and not used.'),
  })
  .describe('What shall run, and where it may.')
  .meta(
    rules(
      {
        rule: '!has(self.weights) || !has(self.clusters) || size(self.clusters) == 0 || self.weights.all(name, name in self.clusters)',
        message:
          'spec.weights names a cluster that spec.clusters does not: add it there, or remove its weight',
        fieldPath: '.weights',
      },
      {
        rule: '!has(self.weights) || self.weights.exists(name, self.weights[name] > 0)',
        message: 'spec.weights gives no cluster a share: at least one weight must be above 0',
        fieldPath: '.weights',
      },
    ),
  );

const status = z
  .object({
    ...commonStatus,
    replicas: z.int().optional().describe('Pods that exist, in all clusters together.'),
    readyReplicas: z.int().optional().describe('Pods that are ready, in all clusters together.'),
    clusterMaps: z
      .record(z.string(), z.int())
      .optional()
      .describe('Replicas given to each cluster.')
      // As a granular map it would become null, which is refused, once its last cluster is taken away.
      .meta({ 'x-kubernetes-map-type': 'atomic' }),
    clusters: z
      .array(
        z.object({
          name: clusterName.describe('The cluster.'),
          outcome: z.string().optional().describe('Synced, or the code of what went wrong there.'),
          message: z.string().optional().describe('What went wrong there.'),
          uid: z.string().optional().describe('Uid of the Deployment there.'),
          generation: z.int().optional().describe('Its generation as it was applied.'),
          replicas: z.int().optional().describe('Pods that exist there.'),
          readyReplicas: z.int().optional().describe('Pods that are ready there.'),
          readyGeneration: z
            .int()
            .optional()
            .describe('Generation of the Deployment there that is rolled out and ready.'),
        }),
      )
      .optional()
      .describe('How it stands in each cluster.')
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }),
    workflow: z
      .object({
        id: z.string().describe('Workflow id.'),
        runId: z.string().describe('Run of the last report.'),
        uid: z.string().optional().describe('Uid of the resource that it reported about.'),
      })
      .optional()
      .describe('Where Temporal shows what was done.'),
  })
  .describe('How it stands.');

export const DEPLOYMENT: Kind = {
  kind: 'OpenMCPDeployment',
  plural: 'openmcpdeployments',
  shortNames: ['odeploy'],
  description: 'A Deployment whose replicas are divided over the member clusters.',
  fields: { spec, status },
  scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
  columns: [
    {
      name: 'Wanted',
      type: 'integer',
      jsonPath: '.spec.replicas',
      description: 'Replicas wanted.',
    },
    {
      name: 'Ready',
      type: 'integer',
      jsonPath: '.status.readyReplicas',
      description: 'Replicas ready.',
    },
    {
      name: 'Clusters',
      type: 'string',
      jsonPath: '.status.clusterMaps',
      description: 'Replicas given to each cluster.',
    },
    reasonColumn('Placed', 'Placed'),
    reasonColumn('Synced', 'Synced'),
    { ...conditionColumn('Available', 'Ready'), wide: true },
    AGE,
  ],
};
