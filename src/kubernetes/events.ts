/** Events: one line for people about every decision. */

import { createHash } from 'node:crypto';
import { codeOf, ErrorCode } from '../api/errors.ts';
import type { KubeClient } from './client.ts';
import { apiVersionOf, EVENTS, type Resource } from './resources.ts';

export interface EventRecord {
  readonly regarding: {
    readonly resource: Resource;
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
  };
  readonly type: 'Normal' | 'Warning';
  /** The reason of a condition, or another CamelCase word. */
  readonly reason: string;
  readonly message: string;
  readonly now: Date;
  /** Who says it; else the product. */
  readonly component?: string;
}

/** The API server refuses longer ones. */
const LONGEST_MESSAGE = 1_000;

/** Writes the event; what was said before is counted. Never throws: it is only talk. */
export async function recordEvent(hub: KubeClient, event: EventRecord): Promise<void> {
  const { namespace, name, uid, resource } = event.regarding;
  const message = event.message.slice(0, LONGEST_MESSAGE);
  const said = createHash('sha256').update(`${uid} ${event.reason} ${message}`).digest('hex');
  const at = event.now.toISOString();
  const object = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { namespace, name: `${name.slice(0, 200)}.${said.slice(0, 16)}` },
    involvedObject: {
      apiVersion: apiVersionOf(resource),
      kind: resource.kind,
      ...{ namespace, name, uid },
    },
    type: event.type,
    reason: event.reason,
    message,
    source: { component: event.component ?? 'openmcp' },
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
  };
  try {
    await hub.create(EVENTS, object);
  } catch (error) {
    if (codeOf(error) === ErrorCode.Conflict) await sayAgain(hub, object.metadata, at);
    // Refused otherwise: a decision does not fail because nobody could be told.
  }
}

async function sayAgain(
  hub: KubeClient,
  ref: { readonly namespace: string; readonly name: string },
  at: string,
): Promise<void> {
  try {
    const before = await hub.read(EVENTS, ref);
    const count = typeof before?.['count'] === 'number' ? before['count'] + 1 : 2;
    await hub.patch(EVENTS, ref, { count, lastTimestamp: at }, { type: 'merge' });
  } catch {
    // It was said once, which is what matters.
  }
}
