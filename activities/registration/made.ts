/** Making things so that they can be unmade: what was there before stays as it was. */

import { codeOf, ErrorCode, OpenMcpError } from '../../src/api/errors.ts';
import type { KubeClient, KubeObject, Ref } from '../../src/kubernetes/client.ts';
import type { Resource } from '../../src/kubernetes/resources.ts';
import { JOINED_BY } from './member-objects.ts';

/**
 * Creates `object` if nothing of its name is there. What a former join made is brought up to date;
 * what others made is left alone, or refused where it must be ours.
 */
export async function make(
  client: KubeClient,
  resource: Resource,
  object: KubeObject,
  others: 'leave' | 'refuse',
): Promise<void> {
  const { name, namespace } = object.metadata;
  const found = await client.read(resource, { name, namespace });
  if (found === null) {
    try {
      await client.create(resource, object);
      return;
    } catch (error) {
      // Someone was faster, or the namespace is still being removed: look again.
      if (codeOf(error) === ErrorCode.Conflict) throw notYet(resource, name);
      throw error;
    }
  }
  if (found.metadata.deletionTimestamp !== undefined) throw notYet(resource, name);
  const maker = found.metadata.annotations?.[JOINED_BY];
  if (maker === undefined) {
    if (others === 'leave') return;
    throw new OpenMcpError(
      ErrorCode.Rejected,
      `cannot make ${resource.kind} ${name} in the member: there is one that is not ours; remove or rename it`,
    );
  }
  // The maker stays the first one: an undone second join must not take it away.
  const { apiVersion: _, kind: __, metadata: ___, ...content } = object;
  if (Object.keys(content).length === 0) return;
  await client.patch(resource, { name, namespace }, content, { type: 'merge' });
}

export function notYet(resource: Resource, name: string): OpenMcpError {
  return new OpenMcpError(
    ErrorCode.NotYet,
    `${resource.kind} ${name} is being removed or made by another`,
  );
}

/** Deletes what `by` made, or with null what any join made; then waits until it is gone. */
export async function unmake(
  client: KubeClient,
  resource: Resource,
  ref: Ref,
  by: string | null,
): Promise<void> {
  const found = await client.read(resource, ref);
  if (found === null || !isOurs(found, by)) return;
  const { uid } = found.metadata;
  await client.delete(resource, ref, {
    ...(uid !== undefined && { uid }),
    propagation: 'Background',
  });
  const still = await client.read(resource, ref);
  if (still !== null && still.metadata.uid === uid) throw notYet(resource, ref.name);
}

export function isOurs(object: KubeObject, by: string | null): boolean {
  const maker = object.metadata.annotations?.[JOINED_BY];
  return maker !== undefined && (by === null || maker === by);
}
