/** Long operations that are done or undone: each step remembers how it is taken back. */

import { CancellationScope } from '@temporalio/workflow';
import { problemOf } from './resource.ts';

interface Compensation {
  readonly name: string;
  readonly undo: () => Promise<void>;
}

export class Saga {
  readonly #compensations: Compensation[] = [];

  /**
   * Takes a step. Its compensation is noted before: a step that timed out may have happened, so
   * undoing must be able to find nothing.
   */
  async step(name: string, act: () => Promise<void>, undo: () => Promise<void>): Promise<void> {
    this.#compensations.push({ name, undo });
    await act();
  }

  /** Undoes all, the last first, also while the workflow is being cancelled. Returns what stayed. */
  undo(): Promise<string[]> {
    return CancellationScope.nonCancellable(async () => {
      const stayed: string[] = [];
      for (const { name, undo } of this.#compensations.toReversed()) {
        try {
          await undo();
        } catch (error) {
          stayed.push(`${name}: ${problemOf(error).message}`);
        }
      }
      return stayed;
    });
  }
}
