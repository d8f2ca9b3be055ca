/**
 * The worker: runs workflows and activities, and decides placements while it holds the Lease.
 *
 * It follows the fleet itself (nodes, pods, promises), so that a decision needs no call.
 */

import { fileURLToPath } from 'node:url';
import {
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import pino from 'pino';
import {
  placementActivities,
  placementQueueActivities,
} from '../activities/decisions/placement.ts';
import { guard } from '../activities/failure.ts';
import { hubClusterActivities } from '../activities/hub/clusters.ts';
import { hubDeploymentActivities, hubDeployments } from '../activities/hub/deployments.ts';
import { createSource } from '../activities/hub/source.ts';
import { memberDeploymentActivities } from '../activities/member-cluster/deployments.ts';
import { ownedActivities } from '../activities/member-cluster/owned.ts';
import { memberConnector } from '../activities/nfs-registry/members.ts';
import { registrationActivities } from '../activities/registration/steps.ts';
import { merged } from '../activities/registry.ts';
import { PLACEMENT_QUEUE, TASK_QUEUE } from '../workflows/contract.ts';
import { OPENMCP_NAMESPACE } from './api/meta.ts';
import { readConfig } from './config/config.ts';
import { identityOf, sameHostAndDead } from './config/identity.ts';
import { watchFleet } from './fleet/live-fleet.ts';
import { hubClient } from './kubernetes/hub.ts';
import { electLeader } from './kubernetes/lease.ts';
import { OPENMCP_DEPLOYMENTS } from './kubernetes/resources.ts';
import { Registry } from './nfs/registry.ts';
import { workloadOf } from './scheduler/requirements.ts';

/** How long a dead decider may hold up the next one, where nobody can see that it is dead. */
const LEASE_SECONDS = 10;

const config = readConfig(process.env);
const log = pino({ name: 'worker', level: config.OPENMCP_LOG_LEVEL });
const identity = identityOf(config.OPENMCP_IDENTITY);
Runtime.install({
  logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
    if (level === 'ERROR') log.error(meta ?? {}, message);
    else log.warn(meta ?? {}, message);
  }),
  shutdownSignals: ['SIGTERM', 'SIGINT'],
});

const hub = await hubClient(config);
const onError = (error: unknown) =>
  log.warn(
    { error: error instanceof Error ? error.message : String(error) },
    'Following the fleet',
  );
const lease = electLeader({
  client: hub,
  namespace: OPENMCP_NAMESPACE,
  name: 'openmcp-placement',
  identity,
  leaseSeconds: LEASE_SECONDS,
  isDead: sameHostAndDead,
  onLeading: () => log.info({ identity }, 'Deciding'),
  onLost: () => log.warn({ identity }, 'Not deciding any more'),
  onError,
});
const fleet = watchFleet({ hub, leading: () => lease.leading, onError });
await fleet.synced;

const now = () => new Date();
const registry = Registry.open(config.OPENMCP_REGISTRY);
const registered = memberConnector(registry, config.OPENMCP_IP);
const connect = (ip: string) => registered.connect(ip);
const source = createSource(hub, OPENMCP_DEPLOYMENTS);
const deployments = hubDeployments({
  hub,
  parse: workloadOf,
  remember: (resource) => source.remember(resource),
});
const connection = await NativeConnection.connect({ address: config.TEMPORAL_ADDRESS });
const common: WorkerOptions = {
  connection,
  namespace: config.TEMPORAL_NAMESPACE,
  taskQueue: TASK_QUEUE,
  identity,
  shutdownGraceTime: '15 seconds',
  shutdownForceTime: '25 seconds',
};
const worker = await Worker.create({
  ...common,
  ...workflowsOf(config.OPENMCP_WORKFLOW_BUNDLE),
  maxCachedWorkflows: config.OPENMCP_CACHED_WORKFLOWS,
  workflowTaskPollerBehavior: { type: 'autoscaling' },
  activityTaskPollerBehavior: { type: 'autoscaling' },
  // More at once do not end sooner on few processors, and each would come nearer to its time-out.
  maxConcurrentWorkflowTaskExecutions: 50,
  maxConcurrentActivityTaskExecutions: 100,
  maxConcurrentLocalActivityExecutions: 100,
  activities: merged(
    guard(placementActivities(fleet.desk, deployments)),
    guard(hubDeploymentActivities({ hub, deployments, now })),
    guard(
      memberDeploymentActivities({
        members: fleet.members,
        source: (ref, uid, generation) => source.find(ref, uid, generation),
      }),
    ),
    guard(hubClusterActivities({ hub, now })),
    guard(ownedActivities({ connect })),
    guard(
      registrationActivities({
        hub,
        now,
        connect,
        moveMember: (ip, to) => registered.moveMember(ip, to),
        tokenSeconds: config.OPENMCP_TOKEN_SECONDS,
      }),
    ),
  ),
});
/** Others' decisions: answered while this one holds the Lease, else left to whoever does. */
const decider = await Worker.create({
  ...common,
  taskQueue: PLACEMENT_QUEUE,
  activities: guard(placementQueueActivities(fleet.desk, deployments)),
  maxConcurrentActivityTaskExecutions: 20,
});

log.info({ identity, temporal: config.TEMPORAL_ADDRESS }, 'Working');
try {
  await Promise.all([worker.run(), decider.run()]);
} finally {
  await lease.stop();
  await fleet.stop();
  await connection.close();
  await registry.close();
  await hub.close();
}
log.info('Stopped');
process.exit(0);

function workflowsOf(bundle?: string): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> {
  if (bundle !== undefined) return { workflowBundle: { codePath: bundle } };
  return { workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)) };
}
