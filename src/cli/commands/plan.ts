import { ErrorCode, OpenMcpError } from '../../api/errors.ts';
import type { SchedulingAlgorithm } from '../../api/fleet.ts';
import { OPENMCP_NAMESPACE } from '../../api/meta.ts';
import { schedulingAlgorithm } from '../../api/policy.ts';
import { lookAtFleet } from '../../fleet/one-look.ts';
import type { KubeClient } from '../../kubernetes/client.ts';
import { isKubeObject, type KubeObject } from '../../kubernetes/object.ts';
import { OPENMCP_DEPLOYMENTS, OPENMCP_POLICY_ENGINES, pathOf } from '../../kubernetes/resources.ts';
import { withHub } from '../hub.ts';
import { inWords, type Planned, planOne } from '../planning.ts';
import { readDeployments } from '../resource-file.ts';
import type { Run } from '../surroundings.ts';

/** What would happen, cluster by cluster. The hub checks the resources without storing them. */
export async function plan(run: Run, filename: string): Promise<void> {
  const { settings, output, stdin } = run;
  const resources = await readDeployments(filename, stdin);
  const results = await withHub(run, (hub) => planAll(hub, resources));
  if (settings.json)
    output.json(results.map(({ placement, ...rest }) => ({ ...rest, ...placement })));
  else for (const line of inWords(results)) output.line(line);
  const unplaceable = results.filter(({ placement }) => placement.kind === 'unplaceable');
  if (unplaceable.length > 0) {
    throw new OpenMcpError(
      ErrorCode.NotYet,
      `${unplaceable.length} of ${results.length} do not fit now; they would be placed as soon as they do`,
    );
  }
}

async function planAll(hub: KubeClient, resources: readonly KubeObject[]): Promise<Planned[]> {
  const checked: KubeObject[] = [];
  for (const resource of resources) checked.push(await dryRun(hub, resource));
  const ledger = await lookAtFleet(hub);
  const algorithm = await algorithmOf(hub);
  return checked.map((resource) => planOne(resource, ledger, algorithm));
}

async function algorithmOf(hub: KubeClient): Promise<SchedulingAlgorithm> {
  const ref = { namespace: OPENMCP_NAMESPACE, name: 'scheduling-policy' };
  const policy = await hub.read(OPENMCP_POLICY_ENGINES, ref);
  return policy === null ? 'OpenMCP' : schedulingAlgorithm(policy);
}

/** An API server answers 500 to an apply of a field that is not in the schema. */
const UNKNOWN_FIELD = /failed to create typed patch object \([^)]*\): /;

/** As the hub would store it, typos refused; nothing is stored. */
async function dryRun(hub: KubeClient, resource: KubeObject): Promise<KubeObject> {
  const { name, namespace = 'default' } = resource.metadata;
  const object = { ...resource, metadata: { ...resource.metadata, namespace } };
  const path = pathOf(OPENMCP_DEPLOYMENTS, { namespace, name });
  const cannot = `cannot plan ${namespace}/${name}`;
  const query = {
    fieldManager: 'openmcp-plan',
    force: true,
    dryRun: 'All',
    fieldValidation: 'Strict',
  };
  try {
    const contentType = 'application/apply-patch+yaml';
    const answer = await hub.request('PATCH', path, { query, contentType, body: object });
    if (isKubeObject(answer)) return answer;
  } catch (error) {
    if (!(error instanceof OpenMcpError)) throw error;
    // The client names the call; its user named the resource.
    const message = error.message.replace(`cannot PATCH ${path}`, cannot);
    throw new OpenMcpError(
      UNKNOWN_FIELD.test(message) ? ErrorCode.Rejected : error.code,
      message.replace(UNKNOWN_FIELD, ''),
    );
  }
  throw new OpenMcpError(ErrorCode.Unavailable, `${cannot}: the hub answered with no object`);
}
