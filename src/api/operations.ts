/** Things that are done once: moves, snapshots, and the original's Sync and Cache. */

import * as z from 'zod';
import {
  AGE,
  anyObject,
  type Column,
  clusterName,
  commonStatus,
  conditionColumn,
  type Kind,
} from './kind.ts';

const text = (description: string) => z.string().optional().describe(description);
const number = (description: string) => z.int().optional().describe(description);
const column = (name: string, jsonPath: string, description: string): Column => ({
  name,
  type: 'string',
  jsonPath,
  description,
});

const progress = {
  ...commonStatus,
  elapsedTime: text('How long it took; "-" until it is done.'),
  currentCount: number('Steps done.'),
  maxCount: number('Steps in all.'),
  progress: text('Percent done.'),
  status: text('Running, True or False.'),
  description: text('What a person needs to know.'),
};

export const MIGRATION: Kind = {
  kind: 'Migration',
  plural: 'migrations',
  shortNames: ['omig'],
  description: 'Moves resources with their data from one cluster to another.',
  fields: {
    spec: z
      .object({
        migrationServiceSource: z
          .array(
            z.object({
              migrationSource: z
                .array(
                  z.object({
                    resourceType: z.string().describe('Kind of the resource.'),
                    resourceName: z.string().describe('Its name.'),
                  }),
                )
                .min(1)
                .describe('What moves.'),
              serviceName: text('Name of the service that moves.'),
              sourceCluster: clusterName.describe('Where it is.'),
              targetCluster: clusterName.describe('Where it shall be.'),
              nameSpace: z.string().describe('Its namespace.'),
            }),
          )
          .min(1)
          .describe('The moves.'),
      })
      .describe('The moves.'),
    status: z
      .object({ ...progress, isZeroDownTime: text('Unknown, True or False.') })
      .describe('How far it is.'),
  },
  columns: [
    column('SourceCluster', '.spec.migrationServiceSource[0].sourceCluster', 'Where it is.'),
    column('TargetCluster', '.spec.migrationServiceSource[0].targetCluster', 'Where it shall be.'),
    column('ServiceName', '.spec.migrationServiceSource[0].serviceName', 'What moves.'),
    column('NameSpace', '.spec.migrationServiceSource[0].nameSpace', 'Its namespace.'),
    column('Status', '.status.status', 'How it stands.'),
    column('Progress', '.status.progress', 'Percent done.'),
    column('ElapsedTime', '.status.elapsedTime', 'How long it took.'),
    conditionColumn('Ready', 'Ready', true),
    AGE,
  ],
};

const snapshotSource = z.object({
  resourceCluster: clusterName.describe('Its cluster.'),
  resourceNamespace: z.string().describe('Its namespace.'),
  resourceType: z.string().describe('Its kind.'),
  resourceName: z.string().describe('Its name.'),
  resourceSnapshotKey: text('Key of the snapshot of the resource.'),
  volumeDataSource: anyObject('Where the data is.').optional(),
  VolumeInfo: z
    .array(anyObject('One snapshot of a volume.'))
    .optional()
    .describe('Snapshots of the volume.'),
});

export const SNAPSHOT: Kind = {
  kind: 'Snapshot',
  plural: 'snapshots',
  shortNames: ['osnap'],
  description: 'Keeps resources and the data of their volumes.',
  fields: {
    spec: z
      .object({
        snapshotPolicy: z
          .object({
            timeoutInSecond: number('How long it may take.'),
            snapshotIntervalInSecond: number('How often one is made.'),
            maxSnapshots: number('How many are kept.'),
          })
          .optional()
          .describe('When, and how many.'),
        snapshotSources: z.array(snapshotSource).min(1).describe('What is kept.'),
        groupSnapshotKey: text('Key of them together.'),
      })
      .describe('What is kept.'),
    status: z
      .object({
        ...progress,
        isVolumeSnapshot: z.boolean().optional().describe('Volumes are kept too.'),
        snapshotSource: z.array(anyObject('One of them.')).optional().describe('What was kept.'),
      })
      .describe('How far it is.'),
  },
  columns: [
    column('Status', '.status.status', 'How it stands.'),
    column('Progress', '.status.progress', 'Percent done.'),
    AGE,
  ],
};

export const SNAPSHOT_RESTORE: Kind = {
  kind: 'SnapshotRestore',
  plural: 'snapshotrestores',
  shortNames: ['osnapr'],
  description: 'Brings back what a Snapshot kept.',
  fields: {
    spec: z
      .object({
        snapshotRestoreSource: z
          .array(
            z.object({
              resourceCluster: clusterName.describe('Where it shall be.'),
              resourceNamespace: z.string().describe('Its namespace.'),
              resourceType: z.string().describe('Its kind.'),
              resourceSnapshotKey: text('Key of the snapshot of the resource.'),
              volumeSnapshotKey: text('Key of the snapshot of its volume.'),
            }),
          )
          .optional()
          .describe('What is brought back.'),
        groupSnapshotKey: text('Key of a group.'),
        isGroupSnapshot: z.boolean().optional().describe('The whole group is brought back.'),
      })
      .describe('What is brought back.'),
    status: z
      .object({
        ...progress,
        ElapsedTime: text('How long it took, as the original spelled it.'),
        isVolumeSnapshot: z.boolean().optional().describe('Volumes too.'),
        snapshotRestoreSource: z
          .array(anyObject('One of them.'))
          .optional()
          .describe('What was brought back.'),
      })
      .describe('How far it is.'),
  },
  columns: [
    column('Status', '.status.status', 'How it stands.'),
    column('Progress', '.status.progress', 'Percent done.'),
    AGE,
  ],
};

export const SYNC: Kind = {
  kind: 'Sync',
  plural: 'syncs',
  shortNames: ['osync'],
  description:
    'One object to be created, updated or deleted in one cluster, as the original had it.',
  fields: {
    spec: z
      .object({
        clustername: clusterName.describe('The cluster.'),
        command: z.enum(['create', 'update', 'delete']).describe('What shall be done.'),
        template: anyObject('The object.'),
      })
      .describe('What shall be done.'),
    status: z.object(commonStatus).describe('How it stands.'),
  },
  columns: [
    column('Cluster', '.spec.clustername', 'The cluster.'),
    column('Command', '.spec.command', 'What shall be done.'),
    AGE,
  ],
};

export const CACHE: Kind = {
  kind: 'Cache',
  plural: 'caches',
  shortNames: ['ocache'],
  description: 'Keeps often used images on the nodes.',
  fields: {
    spec: z
      .object({
        timer: text('Minutes between two looks.'),
        cachecount: number('How many images are kept.'),
      })
      .describe('What is kept.'),
    status: z
      .object({
        ...commonStatus,
        succeeded: z.boolean().optional().describe('The last look succeeded.'),
        History: z.array(anyObject('One look.')).optional().describe('Former looks.'),
        UpdateList: z
          .array(anyObject('One image.'))
          .optional()
          .describe('Images that came and went.'),
        Reason: text('Why it failed.'),
      })
      .describe('How it stands.'),
  },
  columns: [
    column('Timer', '.spec.timer', 'Minutes between two looks.'),
    { ...column('Images', '.spec.cachecount', 'How many images are kept.'), type: 'integer' },
    { ...column('Succeeded', '.status.succeeded', 'The last look succeeded.'), type: 'boolean' },
    AGE,
  ],
};
