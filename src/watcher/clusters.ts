/** What an OpenMCPCluster asks for: a join, a leave, new credentials, a debt to be paid. */

import type { Logger } from 'pino';
import { joinId, payDebtId, renewId, unjoinId } from '../../workflows/cluster-contract.ts';
import { OPENMCP_NAMESPACE } from '../api/meta.ts';
import type { TokenLife } from '../fleet/member-secret.ts';
import type { MemberState } from '../fleet/member-state.ts';
import { workQueue } from '../kubernetes/queue.ts';
import type { Saga, Starter } from './starter.ts';

/** How often the members' tokens are looked at; they live for hours. */
const RENEWAL_CHECK_MS = 60_000;
/** A token is renewed when less than this part of its life is left. */
const RENEW_AT_REMAINING = 0.2;

export interface ClusterWatch {
  onState(name: string, now: MemberState | null, before: MemberState | null): void;
  stop(): Promise<void>;
}

export function watchClusters(options: {
  readonly starter: Starter;
  readonly tokens: () => readonly TokenLife[];
  readonly now: () => number;
  readonly log: Logger;
}): ClusterWatch {
  const { starter, log, tokens, now } = options;
  const onError = (error: unknown) =>
    log.warn(
      { error: error instanceof Error ? error.message : String(error) },
      'Following clusters',
    );
  const queue = workQueue<{ saga: Saga; reason: string; startIt: boolean }>({
    concurrency: 8,
    handle: async (_, { saga, reason, startIt }) => {
      if (startIt) await starter.wakeSaga(saga, { reason });
      else await starter.nudge(saga.id, { reason });
    },
    onError,
  });

  function ask(saga: Saga, reason: string, startIt = true): void {
    queue.add(saga.id, { saga, reason, startIt });
  }

  const timer = setInterval(() => {
    for (const token of tokens()) {
      if (dueForRenewal(token, now()))
        ask(sagaOf('renewCredentials', renewId, token.cluster), 'token ends soon');
    }
  }, RENEWAL_CHECK_MS);

  return {
    onState(name, state, before) {
      if (state === null) return;
      const edited = before?.generation !== state.generation || before.uid !== state.uid;
      const deleted = state.deleting && before?.deleting !== true;
      const recovered = state.healthy && before?.healthy === false;
      if (state.joinStatus === 'JOINING' && edited) {
        ask(sagaOf('joinCluster', joinId, name), `generation ${state.generation}`);
      }
      const leaves =
        state.joinStatus === 'UNJOINING' || (state.deleting && state.joinStatus !== 'UNJOIN');
      if (leaves && (edited || deleted || recovered)) {
        ask(
          sagaOf('unjoinCluster', unjoinId, name),
          recovered ? 'the cluster is back' : `generation ${state.generation}`,
        );
      }
      // Back to JOIN in the middle of a leave: the saga that runs decides whether it still can stop.
      if (state.joinStatus === 'JOIN' && before?.joinStatus === 'UNJOINING') {
        ask(sagaOf('unjoinCluster', unjoinId, name), 'asked to stay', false);
      }
      if (state.owes && state.healthy && (recovered || before === null)) {
        ask(sagaOf('payDebt', payDebtId, name), 'the cluster is back');
      }
    },
    async stop() {
      clearInterval(timer);
      await queue.stop();
    },
  };
}

export function dueForRenewal({ expiresAt, lifetimeMs }: TokenLife, now: number): boolean {
  return expiresAt - now < lifetimeMs * RENEW_AT_REMAINING;
}

function sagaOf(workflow: string, id: (name: string) => string, cluster: string): Saga {
  const ref = { namespace: OPENMCP_NAMESPACE, name: cluster };
  return { workflow, id: id(cluster), ref, input: ref };
}
