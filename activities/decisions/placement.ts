/**
 * Where a resource runs: read, decided, and claimed in one activity.
 *
 * Its result is recorded: a running workflow replays what was decided, so that a better algorithm
 * never breaks an old history. One activity and not three, since each costs the workflow a turn. A
 * repetition reads the claim of the one before, and the scheduler keeps what is claimed; an attempt
 * that was given up cannot claim after the next one, since a claim is good only for what was read.
 */

import { ErrorCode, OpenMcpError } from '../../src/api/errors.ts';
import type { ObjectRef } from '../../src/api/meta.ts';
import type { DeploymentPlan, Placement, Verdict } from '../../src/api/placement.ts';
import type { DeploymentReading, FoundDeployment } from '../../src/api/reading.ts';
import type { Workload } from '../../src/api/workload.ts';
import { holdingOf, isClaimed, planOf } from './deployment-plan.ts';

/** What a pass has before it. The spec stays on the hub: it may hold what must not enter a history. */
export type Placing =
  | { readonly kind: 'gone' }
  | {
      readonly kind: 'deleting';
      readonly reading: DeploymentReading;
      /** Clusters that may hold objects of it. */
      readonly holding: readonly string[];
    }
  /** The spec cannot be understood; `problem` says why. */
  | {
      readonly kind: 'refused';
      readonly reading: DeploymentReading;
      readonly problem: string;
    }
  | {
      readonly kind: 'planned';
      readonly reading: DeploymentReading;
      /** Claimed on the hub by now. */
      readonly plan: DeploymentPlan;
      /** What was thought of each cluster, for people who look at the history. */
      readonly verdicts: readonly Verdict[];
    }
  /** This worker may not decide: ask the one on the placement queue. */
  | { readonly kind: 'elsewhere' };

export interface PlacementActivities {
  /**
   * Reads the resource, decides where its replicas run, promises the room to them, so that the next
   * decision counts it as used, and puts finalizer and placement on the resource.
   */
  placeDeployment(ref: ObjectRef): Promise<Placing>;
}

/** Where decisions are taken: holds what is free, and what was promised. */
export interface PlacementDesk {
  readonly deciding: boolean;
  decide(workload: Workload): Placement;
}

/** Which resource a claim is for, and at which resourceVersion. */
export interface Found {
  readonly uid: string;
  readonly version: string | undefined;
}

/** The resources on the hub. */
export interface Deployments {
  /** Null when the resource is gone. */
  read(ref: ObjectRef): Promise<FoundDeployment | null>;
  /**
   * Puts finalizer and placement on the resource. Fails with `NotFound` when it is gone or another
   * one by now, with `Conflict` when it is not at that version any more.
   */
  claim(ref: ObjectRef, found: Found, claimed: Readonly<Record<string, number>>): Promise<void>;
}

export function placementActivities(
  desk: PlacementDesk,
  deployments: Deployments,
): PlacementActivities {
  return {
    async placeDeployment(ref) {
      const found = await deployments.read(ref);
      if (found === null) return { kind: 'gone' };
      const { reading, version, deleting, spec } = found;
      const { uid } = reading;
      if (deleting) return { kind: 'deleting', reading, holding: holdingOf(reading) };
      if ('problem' in spec) return { kind: 'refused', reading, problem: spec.problem };
      if (!desk.deciding) return { kind: 'elsewhere' };
      const placement = desk.decide(spec.workload);
      const plan = planOf(reading, placement);
      if (!isClaimed(plan, reading)) await deployments.claim(ref, { uid, version }, plan.claim);
      return { kind: 'planned', reading, plan, verdicts: placement.verdicts };
    },
  };
}

/** On the placement queue there is nobody else to ask: a worker that may not decide hands it back. */
export function placementQueueActivities(
  desk: PlacementDesk,
  deployments: Deployments,
): PlacementActivities {
  const here = placementActivities(desk, deployments);
  return {
    placeDeployment(ref) {
      if (desk.deciding) return here.placeDeployment(ref);
      throw new OpenMcpError(
        ErrorCode.NotYet,
        'cannot decide here: another worker holds the Lease',
      );
    },
  };
}
