/** What our processes follow of an OpenMCPCluster. */

import * as z from 'zod';
import { ADDRESSES_GIVEN, AddressRange, REFUSALS } from '../api/addresses.ts';
import type { KubeObject } from '../kubernetes/object.ts';

export interface MemberState {
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly deleting: boolean;
  /** UNJOIN, JOINING, JOIN or UNJOINING. */
  readonly joinStatus: string;
  /** The prober's verdict; a cluster never probed counts as healthy once it is joined. */
  readonly healthy: boolean;
  /** A probe's verdict is on it. */
  readonly judged: boolean;
  /** Why it is not healthy, for people; null when it is. */
  readonly reason: string | null;
  /** Clean-up that is still owed to it. */
  readonly owes: boolean;
  readonly addresses: AddressesState;
  /** Its taints as one text, to see whether they changed. */
  readonly taints: string;
  readonly object: KubeObject;
}

/**
 * Whether it has the addresses that its spec asks for. `failed`: not yet, for a reason that passes;
 * `refused`: not until someone edits the spec.
 */
export type AddressesState = 'settled' | 'due' | 'failed' | 'refused';

const Shape = z.object({
  spec: z
    .object({
      joinStatus: z.string().default('UNJOIN'),
      metalLBRange: AddressRange.nullable().default(null),
      taints: z.array(z.unknown()).default([]),
    })
    .prefault({}),
  status: z
    .object({
      conditions: z
        .array(
          z.object({
            type: z.string(),
            status: z.string(),
            reason: z.string().default(''),
            message: z.string().default(''),
            observedGeneration: z.int().optional(),
          }),
        )
        .default([]),
      owed: z.array(z.unknown()).default([]),
      addresses: z.string().nullable().default(null),
    })
    .prefault({}),
});
type Shape = z.infer<typeof Shape>;

export function memberState(object: KubeObject): MemberState {
  const { spec, status } = Shape.parse(object);
  const { name, uid = '', generation = 0, deletionTimestamp } = object.metadata;
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  const healthy = ready === undefined || ready.status === 'True';
  return {
    name,
    uid,
    generation,
    deleting: deletionTimestamp !== undefined,
    joinStatus: spec.joinStatus,
    healthy,
    judged: ready !== undefined,
    reason: healthy ? null : ready.message || ready.reason,
    owes: status.owed.length > 0,
    addresses: addressesState({ spec, status }, generation),
    taints: JSON.stringify(spec.taints),
    object,
  };
}

function addressesState({ spec, status }: Shape, generation: number): AddressesState {
  const told = status.conditions.find(({ type }) => type === ADDRESSES_GIVEN);
  if (told?.status === 'False' && told.observedGeneration === generation)
    return REFUSALS.includes(told.reason) ? 'refused' : 'failed';
  const { metalLBRange: wanted } = spec;
  const isTold = wanted === null ? told === undefined : told?.status === 'True';
  return isTold && wanted === status.addresses ? 'settled' : 'due';
}

/** `leaving`: what is there stays until it is moved or removed, and nothing is written to it. */
export type Membership = 'member' | 'leaving' | 'none';

export function membershipOf(state: MemberState | null): Membership {
  if (state === null || state.joinStatus === 'UNJOIN') return 'none';
  if (state.joinStatus === 'UNJOINING' || state.deleting) return 'leaving';
  return state.joinStatus === 'JOIN' ? 'member' : 'none';
}

/** It answers again, after a time in which it did not. */
export function hasReturned(now: MemberState | null, before: MemberState | null): boolean {
  return now !== null && before !== null && now.healthy && !before.healthy;
}
