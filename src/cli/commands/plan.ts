import { readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import { ErrorCode, OpenMcpError } from '../../api/errors.ts';
import type { SchedulingAlgorithm } from '../../api/fleet.ts';
import { OPENMCP_NAMESPACE } from '../../api/meta.ts';
import type { Placement } from '../../api/placement.ts';
import { schedulingAlgorithm } from '../../api/policy.ts';
import { lookAtFleet } from '../../fleet/one-look.ts';
import type { KubeClient } from '../../kubernetes/client.ts';
import { isKubeObject, type KubeObject } from '../../kubernetes/object.ts';
import { OPENMCP_DEPLOYMENTS, OPENMCP_POLICY_ENGINES, pathOf } from '../../kubernetes/resources.ts';
import { explain } from '../../scheduler/explain.ts';
import { place } from '../../scheduler/place.ts';
import { workloadOf } from '../../scheduler/requirements.ts';
import { rejected } from '../errors.ts';
import { withHub } from '../hub.ts';
import type { Output } from '../output.ts';
import type { Run } from '../program.ts';

/** What would happen, cluster by cluster. The hub checks the resources without storing them. */
export async function plan({ settings, output }: Run, filename: string): Promise<void> {
  const resources = await readResources(filename);
  await withHub(settings, async (hub) => {
    const ledger = await lookAtFleet(hub);
    const policy = await hub.read(OPENMCP_POLICY_ENGINES, {
      namespace: OPENMCP_NAMESPACE,
      name: 'scheduling-policy',
    });
    const algorithm = policy === null ? 'OpenMCP' : schedulingAlgorithm(policy);
    const results: Planned[] = [];
    for (const resource of resources) {
      results.push(planOne(await dryRun(hub, resource), ledger, algorithm));
    }
    if (settings.json)
      output.json(results.map(({ placement, ...rest }) => ({ ...rest, ...placement })));
    else tell(results, output);
    const unplaceable = results.filter(({ placement }) => placement.kind === 'unplaceable');
    if (unplaceable.length > 0) {
      throw new OpenMcpError(
        ErrorCode.NotYet,
        `${unplaceable.length} of ${results.length} do not fit now; they would be placed when room appears`,
      );
    }
  });
}

interface Planned {
  readonly namespace: string;
  readonly name: string;
  readonly placement: Placement;
  readonly changes: readonly string[];
}

function planOne(
  resource: KubeObject,
  ledger: Awaited<ReturnType<typeof lookAtFleet>>,
  algorithm: SchedulingAlgorithm,
): Planned {
  const workload = workloadOf(resource);
  const { uid, requests, current, namespace, name } = workload;
  const placement = place(workload, ledger.viewFor(uid, requests), algorithm);
  if (placement.kind === 'unplaceable')
    return { namespace, name, placement, changes: changesOf(current, current) };
  // The next document finds the room that this one takes.
  ledger.promise(uid, workload, placement.shares);
  const then = Object.fromEntries(
    placement.shares.map(({ cluster, replicas }) => [cluster, replicas]),
  );
  return { namespace, name, placement, changes: changesOf(current, then) };
}

function tell(results: readonly Planned[], output: Output): void {
  for (const { namespace, name, placement, changes } of results) {
    output.line(
      `${namespace}/${name}: ${placement.kind === 'placed' ? 'fits' : placement.message}`,
    );
    for (const line of explain(placement)) output.line(`  ${line}`);
    for (const change of changes) output.line(`  ${change}`);
  }
  output.line('Nothing was changed.');
}

function changesOf(
  now: Readonly<Record<string, number>>,
  then: Readonly<Record<string, number>>,
): string[] {
  const names = [...new Set([...Object.keys(now), ...Object.keys(then)])].toSorted();
  return names.flatMap((name) => {
    const before = now[name] ?? 0;
    const after = then[name] ?? 0;
    if (before === after) return [`= keep ${name}: ${after}`];
    if (before === 0) return [`+ create in ${name}: ${after}`];
    return [
      after === 0 ? `- remove from ${name}: ${before}` : `~ change ${name}: ${before} -> ${after}`,
    ];
  });
}

async function readResources(filename: string): Promise<KubeObject[]> {
  const text = filename === '-' ? await readStdin() : await readNamed(filename);
  const documents = parseAllDocuments(text);
  const resources: KubeObject[] = [];
  for (const document of documents) {
    const [problem] = document.errors;
    if (problem !== undefined)
      throw rejected(`cannot read ${filename}: ${problem.message.split('\n')[0] ?? ''}`);
    const value: unknown = document.toJS();
    if (value === null) continue;
    if (!isKubeObject(value) || value.kind !== OPENMCP_DEPLOYMENTS.kind) {
      throw rejected(
        `cannot plan ${filename}: every document must be an ${OPENMCP_DEPLOYMENTS.kind} with metadata.name`,
      );
    }
    resources.push(value);
  }
  if (resources.length === 0)
    throw rejected(`cannot plan ${filename}: it holds no ${OPENMCP_DEPLOYMENTS.kind}`);
  return resources;
}

async function readNamed(filename: string): Promise<string> {
  try {
    return await readFile(filename, 'utf8');
  } catch {
    throw new OpenMcpError(ErrorCode.NotFound, `cannot read ${filename}: there is no such file`);
  }
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

/** As the hub would store it, typos refused; nothing is stored. */
async function dryRun(hub: KubeClient, resource: KubeObject): Promise<KubeObject> {
  const { name, namespace = 'default' } = resource.metadata;
  const object = { ...resource, metadata: { ...resource.metadata, namespace } };
  const answer = await hub.request('PATCH', pathOf(OPENMCP_DEPLOYMENTS, { namespace, name }), {
    query: { fieldManager: 'openmcp-plan', force: true, dryRun: 'All', fieldValidation: 'Strict' },
    contentType: 'application/apply-patch+yaml',
    body: object,
  });
  if (isKubeObject(answer)) return answer;
  throw new OpenMcpError(
    ErrorCode.Unavailable,
    `cannot plan ${name}: the hub answered with no object`,
  );
}
