/** Resources of Kubernetes that are copied to the members as they are. */

import * as z from 'zod';
import {
  AGE,
  anyObject,
  clusterName,
  conditionColumn,
  type Kind,
  propagatedStatus,
  upstream,
} from './kind.ts';

const clusters = z.array(clusterName).optional().describe('Only these clusters; absent means all.');
const status = z.object(propagatedStatus).describe('How it stands.');
const metadata = upstream('ObjectMetaSubset', 'Labels and annotations of each copy.').optional();
const texts = z.record(z.string(), z.string());

interface Copied {
  readonly of: string;
  readonly plural: string;
  readonly short: string;
  /** Fields of the copied object beside its metadata. */
  readonly content: Readonly<Record<string, z.ZodType>>;
}

const COPIED: readonly Copied[] = [
  {
    of: 'ConfigMap',
    plural: 'configmaps',
    short: 'ocm',
    content: {
      data: texts.optional().describe('Text by key.'),
      binaryData: texts.optional().describe('Bytes in base64, by key.'),
      immutable: z.boolean().optional().describe('It cannot change any more.'),
    },
  },
  {
    of: 'Secret',
    plural: 'secrets',
    short: 'osec',
    content: {
      type: z.string().optional().describe('Type of the Secret.'),
      data: texts.optional().describe('Bytes in base64, by key.'),
      stringData: texts.optional().describe('Text by key.'),
      immutable: z.boolean().optional().describe('It cannot change any more.'),
    },
  },
  {
    of: 'PullSecret',
    plural: 'pullsecrets',
    short: 'ops',
    content: { data: texts.optional().describe('Bytes in base64, by key.') },
  },
  {
    of: 'Job',
    plural: 'jobs',
    short: 'ojob',
    content: { spec: upstream('io.k8s.api.batch.v1.JobSpec', 'The spec of the Job.') },
  },
  {
    of: 'Namespace',
    plural: 'namespaces',
    short: 'ons',
    content: { spec: anyObject('The spec of the Namespace.').optional() },
  },
  {
    of: 'PersistentVolume',
    plural: 'persistentvolumes',
    short: 'opv',
    content: {
      spec: upstream('io.k8s.api.core.v1.PersistentVolumeSpec', 'The spec of the volume.'),
    },
  },
  {
    of: 'PersistentVolumeClaim',
    plural: 'persistentvolumeclaims',
    short: 'opvc',
    content: {
      spec: upstream('io.k8s.api.core.v1.PersistentVolumeClaimSpec', 'The spec of the claim.'),
    },
  },
  {
    of: 'StatefulSet',
    plural: 'statefulsets',
    short: 'oss',
    content: {
      spec: upstream('io.k8s.api.apps.v1.StatefulSetSpec', 'The spec of the StatefulSet.'),
    },
  },
  {
    of: 'DaemonSet',
    plural: 'daemonsets',
    short: 'ods',
    content: { spec: upstream('io.k8s.api.apps.v1.DaemonSetSpec', 'The spec of the DaemonSet.') },
  },
];

export const PROPAGATED: readonly Kind[] = COPIED.map(({ of, plural, short, content }) => ({
  kind: `OpenMCP${of}`,
  plural: `openmcp${plural}`,
  shortNames: [short],
  description: `A ${of} that is copied to the members.`,
  fields: {
    spec: z
      .object({
        template: z.object({ metadata, ...content }).describe('What each cluster gets.'),
        clusters,
        replicas: z.int().min(0).optional().describe('Accepted for compatibility and not used.'),
      })
      .describe('What is copied, and where to.'),
    status,
  },
  columns: [
    {
      name: 'Clusters',
      type: 'string',
      jsonPath: '.status.clusterMaps',
      description: 'Where it is.',
    },
    conditionColumn('Ready', 'Ready'),
    AGE,
  ],
}));
