/**
 * What an OpenMCPDeployment asks of the scheduler, read from its raw JSON.
 *
 * The schema of the CRD has been applied by then, but the pod template is free-form in it, and a
 * plan may be asked for a file that no API server has seen: so whatever is read is checked here,
 * and what is wrong is `Rejected` by the name of its field.
 */

import { ClusterName, KEYS } from '../api/meta.ts';
import type { NodeCondition, SpreadConstraint, Toleration, Workload } from '../api/workload.ts';
import {
  at,
  entries,
  type Field,
  isAbsent,
  items,
  optionalCount,
  optionalText,
  rejected,
  textMap,
  textOf,
  texts,
} from './field.ts';
import { podUse } from './pod-requests.ts';

/** More is a mistake, or an attack on the arithmetic; no fleet runs that many of one thing. */
const MOST_REPLICAS = 1_000_000;

export function workloadOf(resource: unknown): Workload {
  const whole = { path: '', value: resource };
  const metadata = at(whole, 'metadata');
  const spec = at(whole, 'spec');
  const pod = at(spec, 'template', 'spec', 'template', 'spec');
  if (items(at(pod, 'containers')).length === 0) {
    throw rejected(at(pod, 'containers'), 'a list of at least one container');
  }
  const current = currentOf(whole);
  return {
    namespace: optionalText(at(metadata, 'namespace')) ?? 'default',
    name: textOf(at(metadata, 'name')),
    uid: optionalText(at(metadata, 'uid')) ?? '',
    generation: optionalCount(at(metadata, 'generation'), 0) ?? 0,
    deleting: !isAbsent(at(metadata, 'deletionTimestamp')),
    replicas: replicasOf(at(spec, 'replicas')),
    clusters: items(at(spec, 'clusters')).map(clusterNameOf),
    affinity: affinityOf(at(spec, 'affinity')),
    ...constraintsOf(pod),
    ...divisionOf(spec),
    clusterTolerations: items(at(spec, 'clusterTolerations')).map(tolerationOf),
    current,
    present: presentIn(whole, current),
  };
}

/** Of the pod template: what a node must be and have. */
function constraintsOf(pod: Field) {
  return {
    nodeSelector: textMap(at(pod, 'nodeSelector')),
    nodeAffinity: nodeAffinityOf(pod),
    tolerations: items(at(pod, 'tolerations')).map(tolerationOf),
    needs: needsOf(pod),
    ...podUse(pod),
  };
}

function replicasOf(field: Field): number {
  const replicas = optionalCount(field, 0) ?? 1;
  if (replicas > MOST_REPLICAS) throw rejected(field, `no more than ${MOST_REPLICAS}`);
  return replicas;
}

function clusterNameOf(field: Field): string {
  const name = ClusterName.safeParse(field.value);
  if (!name.success) throw rejected(field, 'the name of a cluster');
  return name.data;
}

function affinityOf(field: Field): Workload['affinity'] {
  return Object.fromEntries(entries(field).map(([key, values]) => [key, texts(values)]));
}

function divisionOf(spec: Field): Pick<Workload, 'weights' | 'spread'> {
  const weights = weightsOf(at(spec, 'weights'));
  const spread = spreadOf(at(spec, 'spread'));
  if (weights !== null && spread.length > 0) {
    throw rejected(at(spec, 'spread'), 'absent where spec.weights divides the replicas');
  }
  return { weights, spread };
}

/** An empty map says nothing, so it divides evenly. */
function weightsOf(field: Field): Workload['weights'] {
  const weights = entries(field).map(([name, value]) => {
    clusterNameOf({ path: field.path, value: name });
    return [name, optionalCount(value, 0) ?? 0] as const;
  });
  if (weights.length === 0) return null;
  if (weights.every(([, weight]) => weight === 0)) {
    throw rejected(field, 'a map in which some cluster has a weight above 0');
  }
  return Object.fromEntries(weights);
}

function spreadOf(field: Field): readonly SpreadConstraint[] {
  const seen = new Set<string>();
  return items(field).map((item) => {
    const by = byOf(at(item, 'by'));
    if (seen.has(by)) throw rejected(at(item, 'by'), 'another one than those before');
    seen.add(by);
    const minGroups = optionalCount(at(item, 'minGroups'), 1);
    const maxGroups = optionalCount(at(item, 'maxGroups'), 1);
    if (maxGroups !== undefined && maxGroups < (minGroups ?? 1)) {
      throw rejected(at(item, 'maxGroups'), `no less than minGroups (${minGroups})`);
    }
    return { by, minGroups, maxGroups, maxSkew: optionalCount(at(item, 'maxSkew'), 1) };
  });
}

function byOf(field: Field): SpreadConstraint['by'] {
  const by = optionalText(field);
  if (by === 'cluster' || by === 'region' || by === 'zone') return by;
  throw rejected(field, 'cluster, region or zone');
}

function tolerationOf(field: Field): Toleration {
  const operator = optionalText(at(field, 'operator'));
  if (operator !== undefined && operator !== 'Exists' && operator !== 'Equal') {
    throw rejected(at(field, 'operator'), 'Exists or Equal');
  }
  return {
    key: optionalText(at(field, 'key')),
    operator,
    value: optionalText(at(field, 'value')),
    effect: optionalText(at(field, 'effect')),
  };
}

/** `resources.needs` of any container: the names that are set to true. */
function needsOf(pod: Field): readonly string[] {
  const containers = [...items(at(pod, 'containers')), ...items(at(pod, 'initContainers'))];
  const needs = containers.flatMap((container) => entries(at(container, 'resources', 'needs')));
  for (const [, flag] of needs) {
    if (typeof flag.value !== 'boolean') throw rejected(flag, 'true or false');
  }
  const wanted = needs.filter(([, flag]) => flag.value === true).map(([name]) => name);
  return [...new Set(wanted)].toSorted();
}

function nodeAffinityOf(pod: Field): readonly (readonly NodeCondition[])[] {
  const required = 'requiredDuringSchedulingIgnoredDuringExecution';
  const terms = at(pod, 'affinity', 'nodeAffinity', required, 'nodeSelectorTerms');
  return items(terms).map((term) => [
    ...items(at(term, 'matchExpressions')).map((each) => conditionOf(each, 'label')),
    ...items(at(term, 'matchFields')).map((each) => conditionOf(each, 'field')),
  ]);
}

const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'] as const;

function conditionOf(field: Field, on: NodeCondition['on']): NodeCondition {
  const text = optionalText(at(field, 'operator'));
  const operator = OPERATORS.find((each) => each === text);
  if (operator === undefined) throw rejected(at(field, 'operator'), OPERATORS.join(', '));
  return { on, key: textOf(at(field, 'key')), operator, values: texts(at(field, 'values')) };
}

/**
 * What was decided last: our annotation, which is written before anything is applied. Where
 * somebody took it away or broke it, the status tells what was reported last.
 */
function currentOf(whole: Field): Readonly<Record<string, number>> {
  const annotation = at(whole, 'metadata', 'annotations', KEYS.placement).value;
  const decided = typeof annotation === 'string' ? parsed(annotation) : null;
  return counts(decided) ?? counts(at(whole, 'status', 'clusterMaps').value) ?? {};
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A map of replicas by cluster without its zeros; `null` when it is anything else. */
function counts(value: unknown): Readonly<Record<string, number>> | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const shares: [string, number][] = [];
  for (const [cluster, replicas] of Object.entries(value)) {
    if (!ClusterName.safeParse(cluster).success) return null;
    if (!Number.isInteger(replicas) || replicas < 0 || replicas > MOST_REPLICAS) return null;
    if (replicas > 0) shares.push([cluster, Number(replicas)]);
  }
  return Object.fromEntries(shares);
}

/** Wherever the resource may have left something, as far as it tells itself. */
function presentIn(whole: Field, current: Readonly<Record<string, number>>): readonly string[] {
  const reported = items(at(whole, 'status', 'clusters')).map((each) => textOf(at(each, 'name')));
  const mapped = entries(at(whole, 'status', 'clusterMaps')).map(([cluster]) => cluster);
  return [...new Set([...Object.keys(current), ...reported, ...mapped])].toSorted();
}
