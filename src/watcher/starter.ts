/** Starts and signals workflows: by reference, one per resource, never twice. */

import type { Client } from '@temporalio/client';
import {
  defineSearchAttributeKey,
  SearchAttributeType,
  TypedSearchAttributes,
} from '@temporalio/common';
import { changed, type Hint, TASK_QUEUE, workflowId } from '../../workflows/contract.ts';
import type { ObjectRef } from '../api/meta.ts';

/** What Temporal's UI and CLI can list workflows by. The server must know them. */
export const SEARCH_KEYS = {
  kind: defineSearchAttributeKey('OpenMcpKind', SearchAttributeType.KEYWORD),
  namespace: defineSearchAttributeKey('OpenMcpNamespace', SearchAttributeType.KEYWORD),
  name: defineSearchAttributeKey('OpenMcpName', SearchAttributeType.KEYWORD),
} as const;

/** One call must not hold up the others for longer, whatever is wrong with one workflow. */
const CALL_TIMEOUT_MS = 10_000;

export interface Starter {
  /** Signals the workflow of a resource, and starts it if it does not run. */
  wake(
    kind: { readonly kind: string; readonly workflow: string },
    ref: ObjectRef,
    hint: Hint,
  ): Promise<void>;
  /** The same for a saga, which has an id and an input of its own. */
  wakeSaga(saga: Saga, hint: Hint): Promise<void>;
  /** Signals a saga if it runs; tells whether it did. */
  nudge(id: string, hint: Hint): Promise<boolean>;
}

export interface Saga {
  readonly workflow: string;
  readonly id: string;
  readonly ref: ObjectRef;
  readonly input: unknown;
}

export function createStarter(temporal: Client): Starter {
  async function signalWithStart(call: {
    workflow: string;
    id: string;
    kind: string;
    ref: ObjectRef;
    input: unknown;
    hint: Hint;
  }): Promise<void> {
    const { workflow, id, kind, ref, input, hint } = call;
    await temporal.withDeadline(new Date(Date.now() + CALL_TIMEOUT_MS), () =>
      temporal.workflow.signalWithStart(workflow, {
        workflowId: id,
        taskQueue: TASK_QUEUE,
        args: [input],
        signal: changed,
        signalArgs: [hint],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        staticSummary: `${kind} ${ref.namespace}/${ref.name}`,
        typedSearchAttributes: new TypedSearchAttributes([
          { key: SEARCH_KEYS.kind, value: kind },
          { key: SEARCH_KEYS.namespace, value: ref.namespace },
          { key: SEARCH_KEYS.name, value: ref.name },
        ]),
      }),
    );
  }
  return {
    wake: ({ kind, workflow }, ref, hint) =>
      signalWithStart({ workflow, kind, ref, id: workflowId(kind, ref), input: { ref }, hint }),
    wakeSaga: ({ workflow, id, ref, input }, hint) =>
      signalWithStart({ workflow, kind: workflow, ref, id, input, hint }),
    async nudge(id, hint) {
      try {
        await temporal.workflow.getHandle(id).signal(changed, hint);
        return true;
      } catch (error) {
        if (error instanceof Error && error.name === 'WorkflowNotFoundError') return false;
        throw error;
      }
    },
  };
}
