/** What every resource workflow shares: how it lives, and how it reads errors that activities threw. */

import {
  ApplicationFailure,
  condition,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { changed } from '../contract.ts';

/**
 * `settled`: all is as the resource says; the run may end. `gone`: the resource is no more.
 * `waiting`: look again after a signal, or at the latest after `forMs`.
 */
export type Pass =
  | { readonly kind: 'settled' | 'gone' }
  | { readonly kind: 'waiting'; readonly forMs: number; readonly why: string };

export type End = 'settled' | 'gone' | 'history full';

/** What a pass is told: whether someone asked for it, or only the clock did. */
export interface Wake {
  readonly signalled: boolean;
  /** Passes since the last signal: the measure of how long to back off. */
  readonly attempts: number;
}

/** A history beyond this is slow to replay; the next run starts empty. */
const HISTORY_EVENTS = 2_000;

/**
 * Runs `pass` now, after every `changed` signal, and when a wait ran out. Passes never overlap.
 *
 * Ends as soon as the resource is settled: the server refuses the end of a run that has an
 * unhandled signal, so that none is lost, and the next signal starts a new run.
 */
export async function untilSettled(
  attempts: number,
  pass: (wake: Wake) => Promise<Pass>,
): Promise<{ end: End; attempts: number }> {
  const mailbox = { signalled: true };
  setHandler(changed, () => {
    mailbox.signalled = true;
  });
  let tries = attempts;
  for (;;) {
    const { signalled } = mailbox;
    // Cleared before reading: a signal during the pass causes another one.
    mailbox.signalled = false;
    const outcome = await pass({ signalled, attempts: tries });
    if (mailbox.signalled) tries = 0;
    else if (outcome.kind === 'waiting') {
      tries += 1;
      const woken = await condition(() => mailbox.signalled, outcome.forMs, {
        summary: outcome.why,
      });
      if (woken) tries = 0;
    } else return { end: outcome.kind, attempts: 0 };
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    if (continueAsNewSuggested || historyLength > HISTORY_EVENTS) {
      return { end: 'history full', attempts: tries };
    }
  }
}

/** Doubles from `firstMs` with every attempt, up to `mostMs`. */
export function backoff(attempts: number, firstMs: number, mostMs: number): number {
  return Math.min(mostMs, firstMs * 2 ** Math.min(attempts, 20));
}

/** An activity's own error travels as the cause of what the workflow catches. */
export function problemOf(error: unknown): { code: string | null; message: string } {
  if (isCancellation(error)) throw error;
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const code = cause instanceof ApplicationFailure ? (cause.type ?? null) : null;
  return { code, message: cause instanceof Error ? cause.message : String(cause) };
}
