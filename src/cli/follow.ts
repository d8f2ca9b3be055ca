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
  const { cluster, to, workflow } = followed;
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
    const { spec, status } = Shape.parse(object);
    const joined = status.conditions.find(({ type }) => type === 'Joined');
    if (spec.joinStatus === to) return end.resolve();
    if (spec.joinStatus === followed.from) {
      const { step = 'waiting for the controller', done = 0, total = 0 } = status.join ?? {};
      const seconds = ((performance.now() - begun) / 1000).toFixed(0);
      output.progress(`${cluster}: ${done}/${total} ${joined?.message || step} (${seconds} s)`);
      return;
    }
    end.reject(
      new OpenMcpError(
        ErrorCode.Rejected,
        `${cluster} did not reach ${to}: ${joined?.reason ?? ''}: ${joined?.message ?? ''}`,
      ),
    );
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
