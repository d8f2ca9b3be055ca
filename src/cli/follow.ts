/** Follows a join or a leave on the OpenMCPCluster, until it is done or undone. */

import * as z from 'zod';
import { ErrorCode, OpenMcpError } from '../api/errors.ts';
import { OPENMCP_NAMESPACE } from '../api/meta.ts';
import type { KubeClient, KubeObject } from '../kubernetes/client.ts';
import { reflect } from '../kubernetes/reflector.ts';
import { OPENMCP_CLUSTERS } from '../kubernetes/resources.ts';
import type { Output } from './output.ts';
import type { Settings } from './settings.ts';

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
  { settings, output }: { settings: Settings; output: Output },
): Promise<void> {
  const { cluster, workflow } = followed;
  const begun = performance.now();
  const end = Promise.withResolvers<void>();
  const watch = reflect<KubeObject>({
    client: hub,
    resource: OPENMCP_CLUSTERS,
    namespace: OPENMCP_NAMESPACE,
    fieldSelector: `metadata.name=${cluster}`,
    digest: (object) => object,
    onChange: ({ object }) => look(object),
  });
  const look = (object: KubeObject) => {
    const seen = standing(object, followed);
    if (seen.kind === 'reached') end.resolve();
    else if (seen.kind === 'undone') end.reject(new OpenMcpError(ErrorCode.Rejected, seen.message));
    else {
      const seconds = ((performance.now() - begun) / 1000).toFixed(0);
      output.progress(`${seen.message} (${seconds} s)`);
    }
  };
  const late = setTimeout(() => {
    const where = settings.temporalUi === null ? '' : `, ${settings.temporalUi}`;
    end.reject(
      new OpenMcpError(
        ErrorCode.NotYet,
        `${cluster} is still ${followed.from} after ${settings.timeoutMs / 1000} s; it goes on: kubectl get oc ${cluster} -n ${OPENMCP_NAMESPACE} -w, workflow ${workflow}${where}`,
      ),
    );
  }, settings.timeoutMs);
  const interrupted = () => {
    end.reject(
      new OpenMcpError(ErrorCode.NotYet, `stopped following; ${cluster} goes on by itself`),
    );
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

/** What the resource says of the operation that is followed. */
function standing(
  object: KubeObject,
  { cluster, from, to }: Followed,
): { readonly kind: 'reached' | 'going' | 'undone'; readonly message: string } {
  const { spec, status } = Shape.parse(object);
  if (spec.joinStatus === to) return { kind: 'reached', message: '' };
  const joined = status.conditions.find(({ type }) => type === 'Joined') ?? NOT_SAID;
  if (spec.joinStatus !== from) {
    return {
      kind: 'undone',
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
