/** Kinds whose workflow does not exist yet: accepted, and told so, instead of met with silence. */

import type { Logger } from 'pino';
import { codeOf, ErrorCode } from '../api/errors.ts';
import { API_VERSION } from '../api/meta.ts';
import type { KubeClient } from '../kubernetes/client.ts';
import { isRecord, type KubeObject } from '../kubernetes/object.ts';
import { workQueue } from '../kubernetes/queue.ts';
import { type Reflector, reflect } from '../kubernetes/reflector.ts';
import type { Resource } from '../kubernetes/resources.ts';

const REASON = 'NotSupportedYet';

/** Writes the condition on every resource of `kinds`, once per generation. */
export function tellUnsupported(options: {
  readonly hub: KubeClient;
  readonly kinds: readonly Resource[];
  readonly log: Logger;
}): { stop(): Promise<void> } {
  const { hub, kinds, log } = options;
  const onError = (error: unknown) =>
    log.warn(
      { error: error instanceof Error ? error.message : String(error) },
      'Telling what is not supported yet',
    );
  const queue = workQueue<Untold>({
    concurrency: 4,
    handle: (_, untold) => tell(hub, untold),
    onError,
  });
  const reflectors: Reflector<boolean>[] = kinds.map((resource) =>
    reflect<boolean>({
      client: hub,
      resource,
      // Only whether it was told is kept: these objects are nobody's business yet.
      digest: (object) => {
        const told = isTold(object);
        const { namespace = '', name, generation = 0, deletionTimestamp } = object.metadata;
        if (!told && deletionTimestamp === undefined) {
          queue.add(`${resource.plural}/${namespace}/${name}`, {
            resource,
            namespace,
            name,
            generation,
          });
        }
        return told;
      },
      onError,
    }),
  );
  return {
    async stop() {
      await Promise.all(reflectors.map((reflector) => reflector.stop()));
      await queue.stop();
    },
  };
}

interface Untold {
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
  readonly generation: number;
}

async function tell(hub: KubeClient, untold: Untold): Promise<void> {
  const { resource, namespace, name, generation } = untold;
  const condition = {
    type: 'Ready',
    status: 'False',
    reason: REASON,
    message: `${resource.kind} is stored, and nothing is done about it by this version`,
    observedGeneration: generation,
    lastTransitionTime: new Date().toISOString(),
  };
  const object = {
    apiVersion: API_VERSION,
    kind: resource.kind,
    metadata: { namespace, name },
    status: { conditions: [condition] },
  };
  try {
    await hub.apply(resource, object, {
      fieldManager: 'openmcp',
      force: true,
      subresource: 'status',
    });
  } catch (error) {
    // Deleted meanwhile: there is nobody to be told.
    if (codeOf(error) !== ErrorCode.NotFound) throw error;
  }
}

function isTold(object: KubeObject): boolean {
  const status = object['status'];
  const conditions =
    isRecord(status) && Array.isArray(status['conditions']) ? status['conditions'] : [];
  return conditions.some(
    (condition) =>
      isRecord(condition) &&
      condition['reason'] === REASON &&
      condition['observedGeneration'] === (object.metadata.generation ?? 0),
  );
}
