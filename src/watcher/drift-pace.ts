/**
 * When a drift is acted on: after a second look, and ever later where it comes again and again.
 *
 * What looks like drift may be our own write under way. And someone who always writes back what we
 * correct must not make a workflow run every second for ever.
 */

/** The first second look. Doubled with each drift of the same resource. */
const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;
/** As it was left for so long: it begins anew. */
const FORGET_MS = 300_000;

interface Drifting {
  readonly corrections: number;
  readonly correctedAt: number;
  /** When what was seen is looked at again; null while nothing is seen. */
  readonly due: number | null;
}

export interface DriftPace {
  /** `act` now, or look again after so many milliseconds. */
  seen(key: string, now: number): { readonly act: true } | { readonly lookAfterMs: number };
  /** It is as it was left. */
  calm(key: string): void;
  forget(key: string): void;
}

export function driftPace(): DriftPace {
  const drifting = new Map<string, Drifting>();
  return {
    seen(key, now) {
      const before = drifting.get(key);
      const { corrections, correctedAt } =
        before === undefined || now - before.correctedAt > FORGET_MS
          ? { corrections: 0, correctedAt: now }
          : before;
      if (before?.due != null && before.due <= now) {
        drifting.set(key, { corrections: corrections + 1, correctedAt: now, due: null });
        return { act: true };
      }
      const due = before?.due ?? now + Math.min(FIRST_MS * 2 ** corrections, LONGEST_MS);
      drifting.set(key, { corrections, correctedAt, due });
      return { lookAfterMs: Math.max(due - now, 1) };
    },
    calm(key) {
      const before = drifting.get(key);
      if (before === undefined) return;
      if (before.corrections === 0) drifting.delete(key);
      else drifting.set(key, { ...before, due: null });
    },
    forget(key) {
      drifting.delete(key);
    },
  };
}
