/**
 * Probes the members, outside Temporal: a poll is not a change. What it finds is a condition, and
 * whoever waits for a cluster learns of it by watching that.
 */

import { API_VERSION, KUBEFED_NAMESPACE, OPENMCP_NAMESPACE } from '../api/meta.ts';
import type { KubeClient } from '../kubernetes/client.ts';
import { isRecord } from '../kubernetes/object.ts';
import { KUBEFED_CLUSTERS, NODES, OPENMCP_CLUSTERS } from '../kubernetes/resources.ts';
import { type Health, judge, NEW_HEALTH } from './verdict.ts';

interface Probed {
  readonly name: string;
  readonly client: KubeClient;
}

export interface ProberOptions {
  readonly hub: KubeClient;
  readonly clusters: () => readonly Probed[];
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  /** Silences in a row that make a cluster unready; one answer makes it ready. */
  readonly threshold: number;
  readonly onChange?: (cluster: string, ready: boolean, reason: string) => void;
  readonly onError?: (error: unknown) => void;
}

const MANAGER = 'openmcp-health';
/** Version and nodes change rarely; they are read with every so many probes. */
const FACTS_EVERY = 12;

export function probeClusters(options: ProberOptions): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const known = new Map<string, Health & { probes: number }>();
  const running = new Set<Promise<void>>();
  const busy = new Set<string>();

  const round = () => {
    const present = new Set(options.clusters().map(({ name }) => name));
    for (const name of known.keys()) if (!present.has(name)) known.delete(name);
    for (const cluster of options.clusters()) {
      // A slow one is not asked twice at once, and holds up no other.
      if (busy.has(cluster.name)) continue;
      busy.add(cluster.name);
      const probe = probeOne(options, cluster, known)
        .catch((error: unknown) => options.onError?.(error))
        .finally(() => {
          busy.delete(cluster.name);
          running.delete(probe);
        });
      running.add(probe);
    }
  };
  round();
  const timer = setInterval(round, options.intervalSeconds * 1000);
  return {
    async stop() {
      stopping.abort();
      clearInterval(timer);
      await Promise.all(running);
    },
  };
}

async function probeOne(
  options: ProberOptions,
  cluster: Probed,
  known: Map<string, Health & { probes: number }>,
): Promise<void> {
  const before = known.get(cluster.name) ?? { ...NEW_HEALTH, probes: 0 };
  const answer = await ask(cluster.client, options.timeoutSeconds * 1000);
  const health = judge(before, answer, options.threshold);
  const wantsFacts = answer.ok && before.probes % FACTS_EVERY === 0;
  const told = health.ready === before.ready && health.reason === before.reason && !wantsFacts;
  // Noted before it is told: a hub that does not answer must not make us forget.
  known.set(cluster.name, {
    ...health,
    ready: before.ready,
    reason: before.reason,
    probes: before.probes,
  });
  if (!told && health.ready !== null) {
    const facts = wantsFacts ? await factsOf(cluster.client) : {};
    await tell(options.hub, cluster.name, { ...health, ready: health.ready }, facts);
    if (health.ready !== before.ready)
      options.onChange?.(cluster.name, health.ready, health.reason);
  }
  known.set(cluster.name, { ...health, probes: before.probes + 1 });
}

async function ask(client: KubeClient, timeoutMs: number): Promise<{ ok: boolean; why: string }> {
  try {
    await client.request('GET', '/readyz', { timeoutMs });
    return { ok: true, why: '' };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
}

async function factsOf(client: KubeClient): Promise<Record<string, unknown>> {
  try {
    const version = await client.request('GET', '/version');
    const { items } = await client.list(NODES);
    return { version: isRecord(version) ? String(version['gitVersion']) : '', nodes: items.length };
  } catch {
    // The next look finds them; that it answered its probe is what counts.
    return {};
  }
}

async function tell(
  hub: KubeClient,
  name: string,
  health: { readonly ready: boolean; readonly reason: string; readonly message: string },
  facts: Record<string, unknown>,
): Promise<void> {
  const condition = {
    type: 'Ready',
    status: health.ready ? 'True' : 'False',
    reason: health.reason,
    message: health.message,
  };
  const mark = { fieldManager: MANAGER, force: true, subresource: 'status' } as const;
  const cluster = await hub.read(OPENMCP_CLUSTERS, { namespace: OPENMCP_NAMESPACE, name });
  if (cluster === null) return;
  const stamped = { ...condition, lastTransitionTime: since(cluster['status'], condition.status) };
  await hub.apply(
    OPENMCP_CLUSTERS,
    {
      apiVersion: API_VERSION,
      kind: OPENMCP_CLUSTERS.kind,
      metadata: { namespace: OPENMCP_NAMESPACE, name },
      status: { conditions: [stamped], ...facts },
    },
    mark,
  );
  const mirror = await hub.read(KUBEFED_CLUSTERS, { namespace: KUBEFED_NAMESPACE, name });
  if (mirror === null) return;
  await hub.apply(
    KUBEFED_CLUSTERS,
    {
      apiVersion: 'core.kubefed.io/v1beta1',
      kind: KUBEFED_CLUSTERS.kind,
      metadata: { namespace: KUBEFED_NAMESPACE, name },
      status: { conditions: [stamped] },
    },
    mark,
  );
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
