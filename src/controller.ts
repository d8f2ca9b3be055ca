/**
 * The controller: watches the hub and the members, probes them, and starts workflows.
 *
 * It changes nothing itself but status. Two may run; the one that holds the Lease works.
 */

import { Client, Connection } from '@temporalio/client';
import pino, { type Logger } from 'pino';
import { OPENMCP_NAMESPACE } from './api/meta.ts';
import { type Config, readConfig } from './config/config.ts';
import { identityOf, sameHostAndDead } from './config/identity.ts';
import { hasReturned, type MemberState, membershipOf } from './fleet/member-state.ts';
import { type Member, type MemberWatch, watchMembers } from './fleet/members.ts';
import { probeClusters } from './health/prober.ts';
import type { KubeClient } from './kubernetes/client.ts';
import { hubClient } from './kubernetes/hub.ts';
import { electLeader } from './kubernetes/lease.ts';
import { watchClusters } from './watcher/clusters.ts';
import { DeploymentWatch } from './watcher/deployments.ts';
import { NOT_YET_DRIVEN } from './watcher/kinds.ts';
import { watchNodes } from './watcher/nodes.ts';
import { ensureSearchAttributes } from './watcher/search-attributes.ts';
import { createStarter } from './watcher/starter.ts';
import { tellUnsupported } from './watcher/unsupported.ts';

/** How long a dead leader may hold up the next one, where nobody can see that it is dead. */
const LEASE_SECONDS = 10;

const config = readConfig(process.env);
const log = pino({ name: 'controller', level: config.OPENMCP_LOG_LEVEL });
const hub = await hubClient(config);
const identity = identityOf(config.OPENMCP_IDENTITY);
const stops: (() => Promise<unknown>)[] = [() => hub.close()];

const lease = electLeader({
  client: hub,
  namespace: OPENMCP_NAMESPACE,
  name: 'openmcp-controller',
  identity,
  leaseSeconds: LEASE_SECONDS,
  isDead: sameHostAndDead,
  onLeading: () => {
    log.info({ identity }, 'Leading');
    lead(config, hub, log).catch((error: unknown) => {
      log.fatal({ error: textOf(error) }, 'Cannot lead');
      process.exit(1);
    });
  },
  onLost: () => {
    // Another may work by now. A fresh start is the one state that cannot be half of two.
    log.fatal('Lost the lease');
    process.exit(1);
  },
});
stops.unshift(() => lease.stop());

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}

async function stop(): Promise<void> {
  log.info('Stopping');
  for (const step of stops) await step();
}

async function lead(
  { TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, ...settings }: Config,
  api: KubeClient,
  logger: Logger,
) {
  const connection = await Connection.connect({ address: TEMPORAL_ADDRESS, connectTimeout: '60s' });
  await ensureSearchAttributes(connection, TEMPORAL_NAMESPACE);
  const starter = createStarter(new Client({ connection, namespace: TEMPORAL_NAMESPACE }));
  const onError = (error: unknown) => logger.warn({ error: textOf(error) }, 'Watching members');

  const deployments = new DeploymentWatch({
    hub: api,
    starter,
    members: {
      synced: () => members.synced,
      membership: (cluster) => membershipOf(members.state(cluster)),
    },
    log: logger,
  });
  const nodes = watchNodes({
    onRoom: (cluster) => deployments.onRoom(`nodes of ${cluster} changed`),
    onError,
  });
  const follow = (member: Member) => {
    deployments.onMember(member);
    nodes.add(member);
  };
  const members = watchMembers({
    hub: api,
    onError,
    listener: {
      onMember: follow,
      onMemberGone(name) {
        deployments.onMemberGone(name);
        nodes.remove(name);
      },
      onState(name, now, before) {
        clusters.onState(name, now, before);
        deployments.onState(name, now, before);
        // Its watches may not have noticed yet that it is back: what they know is from before.
        const member = members.member(name);
        if (hasReturned(now, before) && member !== null) follow(member);
      },
    },
  });
  const clusters = watchClusters({
    starter,
    members: () => members.states(),
    tokens: () => members.tokens(),
    now: Date.now,
    log: logger,
  });
  const prober = startProber({ hub: api, settings, members, log: logger, onError });
  const unsupported = tellUnsupported({ hub: api, kinds: NOT_YET_DRIVEN, log: logger });
  stops.unshift(
    () => prober.stop(),
    () =>
      Promise.all([
        members.stop(),
        nodes.stop(),
        clusters.stop(),
        deployments.stop(),
        unsupported.stop(),
      ]),
    () => connection.close(),
  );
  await Promise.all([members.synced, deployments.synced]);
  deployments.wakeStranded();
  logger.info('Watching');
}

function startProber(options: {
  readonly hub: KubeClient;
  readonly settings: Omit<Config, 'TEMPORAL_ADDRESS' | 'TEMPORAL_NAMESPACE'>;
  readonly members: MemberWatch;
  readonly log: Logger;
  readonly onError: (error: unknown) => void;
}) {
  const { hub: api, settings, members, log: logger, onError } = options;
  return probeClusters({
    hub: api,
    clusters: () =>
      members
        .states()
        .map((state) => ({ state, client: members.client(state.name) }))
        .filter(({ state, client }) => isProbed(state, client))
        .map(({ state: { name }, client }) => ({ name, client })),
    outdated: () =>
      members
        .states()
        .filter((state) => state.judged && !isProbed(state, members.client(state.name)))
        .map(({ name }) => name),
    intervalSeconds: settings.OPENMCP_PROBE_INTERVAL_SECONDS,
    timeoutSeconds: settings.OPENMCP_PROBE_TIMEOUT_SECONDS,
    threshold: settings.OPENMCP_PROBE_THRESHOLD,
    onChange: (cluster, ready, reason) => logger.info({ cluster, ready, reason }, 'Health changed'),
    onError,
  });
}

/** Members, those on their way in or out, and those that something is owed to. */
function isProbed({ joinStatus, owes }: MemberState, client: KubeClient | null): boolean {
  if (joinStatus === 'JOINING') return client !== null;
  return joinStatus !== 'UNJOIN' || owes;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
