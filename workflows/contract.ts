/** What callers may say to workflows. With cluster-contract.ts, all that `src/` imports of them at run time. */

import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { ObjectRef } from '../src/api/meta.ts';

/** Every workflow and activity, but for the one below. */
export const TASK_QUEUE = 'openmcp';
/** Placement decisions, when the worker at hand is not the one that may take them. */
export const PLACEMENT_QUEUE = 'openmcp-placement';

/** Why a workflow is asked to look again. For people who read the history; nothing branches on it. */
export interface Hint {
  readonly reason: string;
}

/** The resource or its surroundings changed: read it again. A hint, never contents. */
export const changed = defineSignal<[Hint]>('changed');

/** Where a resource stands, as its workflow sees it. */
export interface Standing {
  readonly phase: string;
  readonly generation: number;
  /** Clusters that have not taken the present state, and why. */
  readonly waitingFor: readonly string[];
}
export const standing = defineQuery<Standing>('standing');

export interface ResourceInput {
  readonly ref: ObjectRef;
  /** What one run hands to the next when its history is full. */
  readonly carry?: { readonly attempts: number };
}

/** One workflow per resource, so the identity of the resource is the identity of the workflow. */
export const workflowId = (kind: string, ref: ObjectRef) => `${kind}/${ref.namespace}/${ref.name}`;
