/** Raw nodes, pods and OpenMCPClusters as what the ledger counts. Pure: the CLI plans with it too. */

import type { Taint } from '../api/fleet.ts';
import { KEYS } from '../api/meta.ts';
import type { KubeObject } from '../kubernetes/object.ts';
import { at, type Field, items, optionalText, textMap } from '../scheduler/field.ts';
import type { ClusterFacts, NodeFacts, PodFacts } from '../scheduler/ledger/facts.ts';
import { amountsOf, podUse } from '../scheduler/pod-requests.ts';

export function nodeFacts(node: KubeObject): NodeFacts {
  const whole = root(node);
  const cordoned = at(whole, 'spec', 'unschedulable').value === true;
  return {
    name: node.metadata.name,
    labels: textMap(at(whole, 'metadata', 'labels')),
    taints: taintsOf(at(whole, 'spec', 'taints')),
    schedulable: !cordoned && conditionOf(whole, 'Ready')?.status === 'True',
    allocatable: Object.fromEntries(amountsOf(at(whole, 'status', 'allocatable'))),
    network: null,
  };
}

export function podFacts(pod: KubeObject): PodFacts {
  const whole = root(pod);
  const node = optionalText(at(whole, 'spec', 'nodeName')) ?? '';
  const phase = optionalText(at(whole, 'status', 'phase'));
  return {
    ...podUse(at(whole, 'spec')),
    node: node === '' ? null : node,
    ownerUid: pod.metadata.labels?.[KEYS.ownerUid] ?? null,
    terminal: phase === 'Succeeded' || phase === 'Failed',
    leaving: pod.metadata.deletionTimestamp !== undefined,
  };
}

/** A cluster that was never probed counts as healthy: the first probe comes within seconds. */
export function clusterFacts(cluster: KubeObject): ClusterFacts {
  const whole = root(cluster);
  const joinStatus = optionalText(at(whole, 'spec', 'joinStatus')) ?? 'UNJOIN';
  const ready = conditionOf(whole, 'Ready');
  const deleted = cluster.metadata.deletionTimestamp !== undefined;
  const healthy = ready === null || ready.status === 'True';
  const absence = deleted ? 'it is being deleted' : joinStatus;
  const joined = joinStatus === 'JOIN' && !deleted;
  return {
    joined,
    leaving: joinStatus === 'UNJOINING' || (joinStatus === 'JOIN' && deleted),
    healthy,
    reason: joined ? (healthy ? null : ready.why) : absence,
    region: optionalText(at(whole, 'spec', 'nodeInfo', 'region')) ?? '',
    zones: zonesOf(at(whole, 'spec', 'nodeInfo', 'zone')),
    taints: taintsOf(at(whole, 'spec', 'taints')),
  };
}

/** Name of the Deployment that an HPA scales; null when it scales something else. */
export function scaledDeployment(hpa: KubeObject): string | null {
  const target = at(root(hpa), 'spec', 'scaleTargetRef');
  return at(target, 'kind').value === 'Deployment'
    ? (optionalText(at(target, 'name')) ?? null)
    : null;
}

function root(object: KubeObject): Field {
  return { path: '', value: object };
}

/** The original lists several zones in one text, with commas between them. */
function zonesOf(field: Field): readonly string[] {
  const zones = (optionalText(field) ?? '').split(',').map((zone) => zone.trim());
  return zones.filter((zone) => zone !== '').toSorted();
}

function taintsOf(field: Field): readonly Taint[] {
  return items(field).map((taint) => ({
    key: optionalText(at(taint, 'key')) ?? '',
    value: optionalText(at(taint, 'value')),
    effect: optionalText(at(taint, 'effect')) ?? '',
  }));
}

function conditionOf(whole: Field, type: string): { status: string; why: string } | null {
  const all = items(at(whole, 'status', 'conditions'));
  const found = all.find((each) => at(each, 'type').value === type);
  if (found === undefined) return null;
  const text = (key: string) => optionalText(at(found, key)) ?? '';
  return { status: text('status'), why: text('message') || text('reason') };
}
