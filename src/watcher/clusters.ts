/** What an OpenMCPCluster asks for: a join, a leave, new credentials, addresses, a debt to be paid. */

import type { Logger } from 'pino';
import {
  giveAddressesId,
  joinId,
  payDebtId,
  renewId,
  unjoinId,
} from '../../workflows/cluster-contract.ts';
import { OPENMCP_NAMESPACE } from '../api/meta.ts';
import type { TokenLife } from '../fleet/member-secret.ts';
import { type AddressesState, type MemberState, membershipOf } from '../fleet/member-state.ts';
import { workQueue } from '../kubernetes/queue.ts';
import type { Saga, Starter } from './starter.ts';

/** How often it is looked for what is due without an event; tokens live for hours. */
const LOOK_MS = 60_000;
/** A token is renewed when less than this part of its life is left. */
const RENEW_AT_REMAINING = 0.2;

export interface ClusterWatch {
  onState(name: string, now: MemberState | null, before: MemberState | null): void;
  stop(): Promise<void>;
}

export function watchClusters(options: {
  readonly starter: Starter;
  readonly members: () => readonly MemberState[];
  readonly tokens: () => readonly TokenLife[];
  readonly now: () => number;
  readonly log: Logger;
}): ClusterWatch {
  const { starter, log, members, tokens, now } = options;
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
    const held = tokens();
    for (const state of members()) {
      const token = held.find(({ cluster }) => cluster === state.name) ?? null;
      for (const { workflow, id, reason } of overdue(state, token, now())) {
        ask(sagaOf(workflow, id, state.name), reason);
      }
    }
  }, LOOK_MS);

  return {
    onState(name, state, before) {
      if (state === null) return;
      for (const { workflow, id, reason, startIt } of asked(state, before)) {
        ask(sagaOf(workflow, id, name), reason, startIt);
      }
    },
    async stop() {
      clearInterval(timer);
      await queue.stop();
    },
  };
}

/** What is due without a change: told again, in case the saga that worked on it was ended by hand. */
export function overdue(
  state: MemberState,
  token: TokenLife | null,
  now: number,
): Omit<Asked, 'startIt'>[] {
  const { joinStatus, deleting } = state;
  const leaves = joinStatus === 'UNJOINING' || (deleting && joinStatus === 'JOIN');
  const renews = joinStatus === 'JOIN' && (token === null || dueForRenewal(token, now));
  return [
    { ...JOIN, reason: 'still joining', due: joinStatus === 'JOINING' },
    { ...UNJOIN, reason: 'still leaving', due: leaves },
    { ...PAY, reason: 'still owed', due: isPayable(state) },
    { ...GIVE, reason: 'still without its addresses', due: isAskable(state) },
    { ...RENEW, reason: token === null ? 'no token' : 'token ends soon', due: renews },
  ].flatMap(({ due, ...saga }) => (due ? [saga] : []));
}

interface Asked {
  readonly workflow: string;
  readonly id: (cluster: string) => string;
  readonly reason: string;
  /** False: only a saga that runs already is told. */
  readonly startIt: boolean;
}

/** What a change of an OpenMCPCluster asks of the sagas. */
export function asked(now: MemberState, before: MemberState | null): Asked[] {
  const change = changeOf(now, before);
  const reason = change.recovered ? 'the cluster is back' : `generation ${now.generation}`;
  return RULES.filter(({ when }) => when(change)).map(({ workflow, id, startIt }) => ({
    workflow,
    id,
    reason,
    startIt,
  }));
}

/** A leave that is not over pays nothing: it still makes the debt. */
function isPayable({ owes, healthy, joinStatus }: MemberState): boolean {
  return owes && healthy && joinStatus !== 'UNJOINING';
}

/** A cluster that is no member has none to be given: its leave takes them. */
function addressesOf(state: MemberState): AddressesState {
  return membershipOf(state) === 'member' ? state.addresses : 'settled';
}

/** One that failed before and does not answer is asked when it is back. */
function isAskable(state: MemberState): boolean {
  const addresses = addressesOf(state);
  return addresses === 'due' || (addresses === 'failed' && state.healthy);
}

interface Change {
  readonly joinStatus: string;
  readonly formerStatus: string | null;
  readonly edited: boolean;
  /** Deletion was just asked for. */
  readonly deleted: boolean;
  readonly recovered: boolean;
  readonly found: boolean;
  readonly payable: boolean;
  readonly addresses: AddressesState;
}

function changeOf(now: MemberState, before: MemberState | null): Change {
  const same = before !== null && before.uid === now.uid;
  return {
    joinStatus: now.joinStatus,
    formerStatus: before && before.joinStatus,
    edited: !same || before.generation !== now.generation,
    deleted: now.deleting && !(same && before.deleting),
    recovered: same && now.healthy && !before.healthy,
    found: !same,
    payable: isPayable(now),
    addresses: addressesOf(now),
  };
}

const JOIN = { workflow: 'joinCluster', id: joinId };
const UNJOIN = { workflow: 'unjoinCluster', id: unjoinId };
const PAY = { workflow: 'payDebt', id: payDebtId };
const GIVE = { workflow: 'giveAddresses', id: giveAddressesId };
const RENEW = { workflow: 'renewCredentials', id: renewId };

const RULES: readonly (Omit<Asked, 'reason'> & { readonly when: (change: Change) => boolean })[] = [
  {
    ...JOIN,
    startIt: true,
    when: ({ joinStatus, edited }) => joinStatus === 'JOINING' && edited,
  },
  {
    // Called off, or to be deleted: the saga that runs goes back.
    ...JOIN,
    startIt: false,
    when: ({ joinStatus, formerStatus, deleted }) =>
      formerStatus === 'JOINING' && (joinStatus === 'UNJOIN' || deleted),
  },
  {
    ...UNJOIN,
    startIt: true,
    when: ({ joinStatus, edited, deleted, recovered }) =>
      (joinStatus === 'UNJOINING' && (edited || recovered)) || (joinStatus !== 'UNJOIN' && deleted),
  },
  {
    // Back to JOIN in the middle of a leave: the saga that runs decides whether it still can stop.
    ...UNJOIN,
    startIt: false,
    when: ({ joinStatus, formerStatus }) => joinStatus === 'JOIN' && formerStatus === 'UNJOINING',
  },
  {
    ...PAY,
    startIt: true,
    when: ({ payable, recovered, found, edited }) => payable && (recovered || found || edited),
  },
  {
    // With whatever shows it: an edit, the end of a join, and all that went on while nobody watched.
    ...GIVE,
    startIt: true,
    when: ({ addresses, recovered, found }) =>
      addresses === 'due' || (addresses === 'failed' && (recovered || found)),
  },
];

export function dueForRenewal({ expiresAt, lifetimeMs }: TokenLife, now: number): boolean {
  return expiresAt - now < lifetimeMs * RENEW_AT_REMAINING;
}

function sagaOf(workflow: string, id: (name: string) => string, cluster: string): Saga {
  const ref = { namespace: OPENMCP_NAMESPACE, name: cluster };
  return { workflow, id: id(cluster), ref, input: ref };
}
