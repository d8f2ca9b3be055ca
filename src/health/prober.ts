/**
 * Probes the members, outside Temporal: a poll is not a change. What it finds is a condition, and
 * whoever waits for a cluster learns of it by watching that.
 */

import { API_VERSION, KUBEFED_NAMESPACE, OPENMCP_NAMESPACE } from '../api/meta.ts';
import type { KubeClient } from '../kubernetes/client.ts';
import { recordEvent } from '../kubernetes/events.ts';
import { isRecord, type KubeObject } from '../kubernetes/object.ts';
import { KUBEFED_CLUSTERS, NODES, OPENMCP_CLUSTERS } from '../kubernetes/resources.ts';
import { type Answer, type Health, judge, NEW_HEALTH } from './verdict.ts';

interface Probed {
  readonly name: string;
  /** Null when we hold no credentials for it. */
  readonly client: KubeClient | null;
}

export interface ProberOptions {
  readonly hub: KubeClient;
  readonly clusters: () => readonly Probed[];
  /** Clusters that are not probed any more and still say what a probe found. */
  readonly outdated: () => readonly string[];
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  /** Silences in a row that make a cluster unready; one answer makes it ready. */
  readonly threshold: number;
  readonly onChange: (cluster: string, ready: boolean, reason: string) => void;
  readonly onError: (error: unknown) => void;
}

const MANAGER = 'openmcp-health';
/** Version and nodes change rarely; they are read with every so many probes. */
const FACTS_EVERY = 12;

export function probeClusters(options: ProberOptions): { stop(): Promise<void> } {
  const known = new Map<string, Known>();
  const running = new Map<string, Promise<void>>();

  const run = (name: string, act: () => Promise<void>): void => {
    // A slow one is not asked twice at once, and holds up no other.
    if (running.has(name)) return;
    const flight = act()
      .catch(options.onError)
      .finally(() => running.delete(name));
    running.set(name, flight);
  };
  const round = () => {
    const clusters = options.clusters();
    const present = new Set(clusters.map(({ name }) => name));
    for (const name of known.keys()) if (!present.has(name)) known.delete(name);
    for (const cluster of clusters) run(cluster.name, () => probeOne(options, cluster, known));
    for (const name of options.outdated()) run(name, () => unsay(options.hub, name));
  };
  round();
  const timer = setInterval(round, options.intervalSeconds * 1000);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(running.values());
    },
  };
}

interface Known extends Health {
  readonly probes: number;
  /** The KubeFedCluster says the same. A join makes it after the credentials that a probe needs. */
  readonly mirrored: boolean;
}

async function probeOne(
  options: ProberOptions,
  { name, client }: Probed,
  known: Map<string, Known>,
): Promise<void> {
  const timeoutMs = options.timeoutSeconds * 1000;
  const before = known.get(name) ?? { ...NEW_HEALTH, probes: 0, mirrored: false };
  const answer = client === null ? NO_CREDENTIALS : await ask(client, timeoutMs);
  const health = judge(before, answer, options.threshold);
  // Noted before it is told: a hub that does not answer must not make us forget.
  const { ready, reason, probes, mirrored } = before;
  known.set(name, { ...health, ready, reason, probes, mirrored });
  const asked = answer.ok ? client : null;
  const isMirrored = await tellNews(options, { name, client: asked }, { health, before });
  known.set(name, { ...health, probes: probes + 1, mirrored: isMirrored });
}

/** Tells what changed, and every now and then facts of a cluster that answers; whether the mirror knows. */
async function tellNews(
  options: ProberOptions,
  { name, client }: Probed,
  { health, before }: { readonly health: Health; readonly before: Known },
): Promise<boolean> {
  const asksFacts = client !== null && before.probes % FACTS_EVERY === 0;
  const isNews = health.ready !== before.ready || health.reason !== before.reason;
  if (isNews || asksFacts) {
    const facts = asksFacts ? await factsOf(client, options.timeoutSeconds * 1000) : {};
    return tellVerdict(options, { name, health, before }, facts);
  }
  const { ready } = health;
  if (before.mirrored || ready === null) return before.mirrored;
  return tellMirror(options.hub, name, { ...health, ready });
}

/** Whether the mirror was told too. */
async function tellVerdict(
  { hub, onChange }: ProberOptions,
  { name, health, before }: { name: string; health: Health; before: Health },
  facts: Record<string, unknown>,
): Promise<boolean> {
  const { ready } = health;
  if (ready === null) return false;
  const told = await tell(hub, name, { ...health, ready }, facts);
  if (told === null) return false;
  if (ready !== before.ready) {
    onChange(name, ready, health.reason);
    // The first good answer after a start of ours is no news.
    if (before.ready !== null || !ready) await announce(hub, { name, uid: told.uid }, health);
  }
  return told.mirrored;
}

const NO_CREDENTIALS = {
  ok: false,
  reason: 'NoCredentials',
  why: 'the hub holds no credentials for it: they are issued anew if its registered kubeconfig allows it',
};

async function ask(client: KubeClient, timeoutMs: number): Promise<Answer> {
  try {
    await client.request('GET', '/readyz', { timeoutMs });
    return { ok: true, reason: 'ClusterReady', why: 'its API server answers' };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ok: false, reason: 'ClusterUnreachable', why };
  }
}

async function factsOf(client: KubeClient, timeoutMs: number): Promise<Record<string, unknown>> {
  try {
    const version = await client.request('GET', '/version', { timeoutMs });
    const { items } = await client.list(NODES, { timeoutMs, metadataOnly: true });
    return { version: isRecord(version) ? String(version['gitVersion']) : '', nodes: items.length };
  } catch {
    // The next look finds them; that it answered its probe is what counts.
    return {};
  }
}

interface Verdict {
  readonly ready: boolean;
  readonly reason: string;
  readonly message: string;
}

/** Null when the cluster is gone. */
async function tell(
  hub: KubeClient,
  name: string,
  health: Verdict,
  facts: Record<string, unknown>,
): Promise<{ uid: string; mirrored: boolean } | null> {
  const cluster = await hub.read(OPENMCP_CLUSTERS, { namespace: OPENMCP_NAMESPACE, name });
  if (cluster === null) return null;
  const { uid = '' } = cluster.metadata;
  const conditions = [readyCondition(health, cluster)];
  await applyStatus(hub, clusterObject(name, uid), { conditions, ...facts });
  return { uid, mirrored: await tellMirror(hub, name, health) };
}

/** False when there is none, or none yet. */
async function tellMirror(hub: KubeClient, name: string, health: Verdict): Promise<boolean> {
  const mirror = await hub.read(KUBEFED_CLUSTERS, { namespace: KUBEFED_NAMESPACE, name });
  if (mirror === null) return false;
  await applyStatus(hub, mirrorObject(name), { conditions: [readyCondition(health, mirror)] });
  return true;
}

function readyCondition({ ready, reason, message }: Verdict, told: KubeObject) {
  const status = ready ? 'True' : 'False';
  const lastTransitionTime = since(told['status'], status);
  return { type: 'Ready', status, reason, message, lastTransitionTime };
}

/** What is applied without a field takes that field of ours away. */
async function unsay(hub: KubeClient, name: string): Promise<void> {
  const cluster = await hub.read(OPENMCP_CLUSTERS, { namespace: OPENMCP_NAMESPACE, name });
  if (cluster !== null) await applyStatus(hub, clusterObject(name, cluster.metadata.uid ?? ''), {});
}

function clusterObject(name: string, uid: string) {
  const metadata = { namespace: OPENMCP_NAMESPACE, name, uid };
  return { resource: OPENMCP_CLUSTERS, object: { apiVersion: API_VERSION, metadata } };
}

function mirrorObject(name: string) {
  const metadata = { namespace: KUBEFED_NAMESPACE, name };
  return {
    resource: KUBEFED_CLUSTERS,
    object: { apiVersion: 'core.kubefed.io/v1beta1', metadata },
  };
}

async function applyStatus(
  hub: KubeClient,
  { resource, object }: ReturnType<typeof clusterObject | typeof mirrorObject>,
  status: Record<string, unknown>,
): Promise<void> {
  const options = { fieldManager: MANAGER, force: true, subresource: 'status' } as const;
  await hub.apply(resource, { ...object, kind: resource.kind, status }, options);
}

async function announce(
  hub: KubeClient,
  { name, uid }: { readonly name: string; readonly uid: string },
  { ready, reason, message }: Health,
): Promise<void> {
  const regarding = { resource: OPENMCP_CLUSTERS, namespace: OPENMCP_NAMESPACE, name, uid };
  const type = ready === true ? 'Normal' : 'Warning';
  await recordEvent(hub, { regarding, type, reason, message, now: new Date() });
}

/** Kept while the status is the same. */
function since(status: unknown, next: string): string {
  const conditions =
    isRecord(status) && Array.isArray(status['conditions']) ? status['conditions'] : [];
  const before: unknown = conditions.find((each) => isRecord(each) && each['type'] === 'Ready');
  if (
    isRecord(before) &&
    before['status'] === next &&
    typeof before['lastTransitionTime'] === 'string'
  ) {
    return before['lastTransitionTime'];
  }
  return new Date().toISOString();
}
