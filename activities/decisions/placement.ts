/**
 * Decisions, as activities.
 *
 * They touch nothing outside, but their results are recorded: a running workflow replays what was
 * decided, so that a better algorithm never breaks an old history.
 */

import { ErrorCode, OpenMcpError } from '../../src/api/errors.ts';
import type { Placement } from '../../src/api/placement.ts';
import type { Workload } from '../../src/api/workload.ts';

export interface PlacementActivities {
  /**
   * Decides where the replicas run and promises the room to them, so that the next decision counts
   * it as used. Null when this worker may not decide: ask the one on the placement queue.
   */
  decidePlacement(workload: Workload): Promise<Placement | null>;
}

/** Where decisions are taken: holds what is free, and what was promised. */
export interface PlacementDesk {
  readonly deciding: boolean;
  decide(workload: Workload): Placement;
}

export function placementActivities(desk: PlacementDesk): PlacementActivities {
  return {
    async decidePlacement(workload) {
      return desk.deciding ? desk.decide(workload) : null;
    },
  };
}

/** On the placement queue there is nobody else to ask: a worker that may not decide hands it back. */
export function placementQueueActivities(desk: PlacementDesk): PlacementActivities {
  return {
    async decidePlacement(workload) {
      if (desk.deciding) return desk.decide(workload);
      throw new OpenMcpError(
        ErrorCode.NotYet,
        'cannot decide here: another worker holds the Lease',
      );
    },
  };
}
