/** Follows a join or a leave on the OpenMCPCluster, until it is done or undone. */

import * as z from 'zod';
import { codeOf, ErrorCode, OpenMcpError } from '../api/errors.ts';
import { OPENMCP_NAMESPACE } from '../api/meta.ts';
import type { KubeClient, KubeObject } from '../kubernetes/client.ts';
import { type Change, reflect } from '../kubernetes/reflector.ts';
import { OPENMCP_CLUSTERS } from '../kubernetes/resources.ts';
import type { Settings } from './settings.ts';
import type { Run } from './surroundings.ts';

const Shape = z.object({
  spec: z.object({ joinStatus: z.string().default('UNJOIN') }),
  status: z
    .object({
      join: z
        .object({
          step: z.string().default(''),
          done: z.int().default(0),
          total: z.int().default(0),
        })
        .optional(),
      conditions: z
        .array(
          z.object({
            type: z.string(),
            status: z.string(),
            reason: z.string(),
            message: z.string().default(''),
          }),
        )
        .default([]),
    })
    .prefault({}),
});

export interface Followed {
  readonly cluster: string;
  readonly from: 'JOINING' | 'UNJOINING';
  /** The status that means success; the other one means that it was undone. */
  readonly to: 'JOIN' | 'UNJOIN';
  /** How the Temporal workflow is called, for people. */
  readonly workflow: string;
}

/** Resolves when `to` is reached; rejects with the reason when it was undone, or when time is up. */
export async function follow(
  hub: KubeClient,
  followed: Followed,
  { settings, output }: Pick<Run, 'settings' | 'output'>,
): Promise<void> {
  const { cluster, from } = followed;
  const end = Promise.withResolvers<void>();
  /** Why nothing is seen at present. */
  const trouble: { now: OpenMcpError | null } = { now: null };
  const onChange = (change: Change<KubeObject>): void => {
    trouble.now = null;
    const seen = standing(change, followed);
    if (seen.kind === 'going') output.progress(seen.message);
    else if (seen.kind === 'reached') end.resolve();
    else end.reject(new OpenMcpError(seen.code, seen.message));
  };
  const onError = (error: unknown): void => {
    const code = codeOf(error);
    const message = error instanceof Error ? error.message : String(error);
    // Refused is refused for good; what else ends a watch is tried again.
    if (code === ErrorCode.Rejected || code === ErrorCode.NotFound) return end.reject(error);
    if (code !== ErrorCode.Unavailable) return;
    trouble.now = new OpenMcpError(code, message);
    output.progress(`${message}; trying again`);
  };
  const watch = reflect<KubeObject>({
    client: hub,
    resource: OPENMCP_CLUSTERS,
    namespace: OPENMCP_NAMESPACE,
    fieldSelector: `metadata.name=${cluster}`,
    digest: (object) => object,
    onChange,
    onError,
  });
  const late = setTimeout(
    () => end.reject(trouble.now ?? stillGoing(followed, settings)),
    settings.timeoutMs,
  );
  const interrupted = () => {
    const message = `stopped following; ${cluster} is still ${from} and goes on by itself`;
    end.reject(new OpenMcpError(ErrorCode.NotYet, message));
  };
  process.once('SIGINT', interrupted);
  try {
    await end.promise;
  } finally {
    process.off('SIGINT', interrupted);
    clearTimeout(late);
    output.progressDone();
    await watch.stop();
  }
}

function stillGoing({ cluster, from, workflow }: Followed, settings: Settings): OpenMcpError {
  const ui = settings.temporalUi();
  return new OpenMcpError(
    ErrorCode.NotYet,
    `${cluster} is still ${from} after ${settings.timeoutMs / 1000} s; it goes on: kubectl get oc ${cluster} -n ${OPENMCP_NAMESPACE} -w, workflow ${workflow}${ui === null ? '' : `, ${ui}`}`,
  );
}

type Standing =
  | { readonly kind: 'reached' }
  | { readonly kind: 'going'; readonly message: string }
  | { readonly kind: 'undone'; readonly code: ErrorCode; readonly message: string };

/** What the resource says of the operation that is followed. */
function standing(change: Change<KubeObject>, { cluster, from, to }: Followed): Standing {
  const { spec, status } = Shape.parse(change.object);
  if (change.type === 'deleted') {
    // Its finalizer waits until it has left.
    if (to === 'UNJOIN') return { kind: 'reached' };
    const message = `${cluster} did not reach ${to}: its OpenMCPCluster was deleted`;
    return { kind: 'undone', code: ErrorCode.NotFound, message };
  }
  if (spec.joinStatus === to) return { kind: 'reached' };
  const joined = status.conditions.find(({ type }) => type === 'Joined') ?? NOT_SAID;
  if (spec.joinStatus !== from) {
    return {
      kind: 'undone',
      code: ErrorCode.Rejected,
      message: `${cluster} did not reach ${to}: ${joined.reason}: ${joined.message}`,
    };
  }
  const { step, done, total } = status.join ?? {
    step: 'waiting for the controller',
    done: 0,
    total: 0,
  };
  return {
    kind: 'going',
    message: `${cluster}: ${done}/${total} ${step === '' ? joined.message : step}`,
  };
}

const NOT_SAID = { reason: 'Unknown', message: 'no reason was given' };
