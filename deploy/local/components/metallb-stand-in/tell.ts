/** Events on Services and pools. Whoever tells takes care to tell only what is new. */

import { randomBytes } from 'node:crypto';
import type { KubeClient } from '../../../../src/kubernetes/client.ts';
import { apiVersionOf, EVENTS, type Resource } from '../../../../src/kubernetes/resources.ts';

export interface News {
  readonly regarding: {
    readonly resource: Resource;
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
  };
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** The API server refuses longer ones. */
const LONGEST_MESSAGE = 1_000;

/** Never throws: it is only talk. */
export async function tell(client: KubeClient, component: string, news: News): Promise<void> {
  const { regarding, type, reason, message } = news;
  const { resource, namespace, name, uid } = regarding;
  const at = new Date().toISOString();
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { namespace, name: `${name.slice(0, 200)}.${randomBytes(8).toString('hex')}` },
    involvedObject: {
      apiVersion: apiVersionOf(resource),
      kind: resource.kind,
      ...{ namespace, name, uid },
    },
    ...{ type, reason, message: message.slice(0, LONGEST_MESSAGE) },
    source: { component },
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
  };
  try {
    await client.create(EVENTS, event);
  } catch {
    // The namespace is being deleted, or nobody answers: the status says what matters.
  }
}
