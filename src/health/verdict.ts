/** When a member counts as ready: arithmetic on the answers to its probes. */

export interface Health {
  /** Null until something is known. */
  readonly ready: boolean | null;
  readonly reason: string;
  readonly message: string;
  /** Probes in a row without a good answer. */
  readonly silences: number;
}

export const NEW_HEALTH: Health = { ready: null, reason: '', message: '', silences: 0 };

export interface Answer {
  readonly ok: boolean;
  readonly reason: string;
  readonly why: string;
}

/** One answer makes a cluster ready; `threshold` silences in a row make it unready. */
export function judge(before: Health, { ok, reason, why }: Answer, threshold: number): Health {
  if (ok) return { ready: true, reason, message: why, silences: 0 };
  const silences = before.silences + 1;
  if (silences < threshold) return { ...before, silences };
  return { ready: false, reason, message: why, silences };
}
