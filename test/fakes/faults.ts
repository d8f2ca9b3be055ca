/** Ways to break what a fake does, and to stop it in the middle. */

import { ApplicationFailure } from '@temporalio/common';
import { ErrorCode, OpenMcpError } from '../../src/api/errors.ts';

export type Fault =
  /** Does nothing, whoever asks how often. */
  | 'refuses'
  /** Does nothing the first time; a retry finds it well. */
  | 'stumbles'
  /** Does its work, and nobody gets to know it. */
  | 'answers never';

/** A deed that waits for the test. */
export interface Stop {
  /** The deed was asked for. */
  readonly reached: Promise<void>;
  goOn(): void;
}

/** Final, so that a test need not sit out the patience that Temporal has with a silent cluster. */
export function silence(what: string): ApplicationFailure {
  const message = `cannot ${what}: no answer`;
  return ApplicationFailure.create({ type: ErrorCode.Unavailable, message, nonRetryable: true });
}

export class Faults<Deed extends string> {
  readonly #faults = new Map<Deed, Fault>();
  readonly #stops = new Map<Deed, () => Promise<void>>();

  set(deed: Deed, fault: Fault): void {
    this.#faults.set(deed, fault);
  }

  clear(): void {
    this.#faults.clear();
  }

  stopAt(deed: Deed): Stop {
    const reached = Promise.withResolvers<void>();
    const going = Promise.withResolvers<void>();
    this.#stops.set(deed, () => {
      reached.resolve();
      return going.promise;
    });
    return { reached: reached.promise, goOn: () => going.resolve() };
  }

  async around<T>(deed: Deed, act: () => T): Promise<T> {
    await this.#stops.get(deed)?.();
    const fault = this.#faults.get(deed);
    if (fault === 'refuses')
      throw new OpenMcpError(ErrorCode.Rejected, `cannot ${deed}: forbidden`);
    if (fault === 'stumbles') {
      this.#faults.delete(deed);
      throw new OpenMcpError(ErrorCode.Unavailable, `cannot ${deed}: try again`);
    }
    const result = act();
    if (fault === 'answers never') throw silence(deed);
    return result;
  }
}
