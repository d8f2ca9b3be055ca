/** What a pass over an OpenMCPDeployment starts from. */

import type { Condition } from './conditions.ts';
import type { Workload } from './workload.ts';

/** The resource without its spec. */
export interface DeploymentReading {
  readonly uid: string;
  readonly generation: number;
  /** Our finalizer is on it. */
  readonly held: boolean;
  /** The annotation as it stands: replicas by cluster; 0 means objects may still be there. */
  readonly claimed: Readonly<Record<string, number>>;
  /** Uids of member objects as last reported, by cluster. */
  readonly known: Readonly<Record<string, string>>;
  /** Replicas ready in each cluster that has an object of it, as the controller saw them last. */
  readonly ready: Readonly<Record<string, number>>;
  /** The generation of each member object that is rolled out and ready. */
  readonly readyGenerations: Readonly<Record<string, number>>;
  readonly conditions: readonly Condition[];
}

/** A resource as it was found. */
export interface FoundDeployment {
  readonly reading: DeploymentReading;
  readonly deleting: boolean;
  /** Its resourceVersion. */
  readonly version: string | undefined;
  /** What the scheduler needs; or why the spec cannot be understood. */
  readonly spec: { readonly workload: Workload } | { readonly problem: string };
}
