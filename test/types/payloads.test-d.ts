/** What crosses a Temporal boundary is JSON. A Map would arrive as `{}`, and nothing would say so. */

import type { PlacementActivities } from '../../activities/decisions/placement.ts';
import type { HubClusterActivities } from '../../activities/hub/clusters.ts';
import type { HubDeploymentActivities } from '../../activities/hub/deployments.ts';
import type { MemberDeploymentActivities } from '../../activities/member-cluster/deployments.ts';
import type { OwnedActivities } from '../../activities/member-cluster/owned.ts';
import type { RegistrationActivities } from '../../activities/registration/steps.ts';
import type { ClusterInput, Progress } from '../../workflows/cluster-contract.ts';
import type { Hint, ResourceInput, Standing } from '../../workflows/contract.ts';

type Activities = HubClusterActivities &
  HubDeploymentActivities &
  MemberDeploymentActivities &
  OwnedActivities &
  PlacementActivities &
  RegistrationActivities;

type Json = string | number | boolean | null | undefined | void;

/** The parts of `T` that JSON would lose or change. */
type Lossy<T> = T extends Json
  ? never
  : T extends readonly (infer Element)[]
    ? Lossy<Element>
    : T extends ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | Date | bigint | Function
      ? T
      : { [Key in keyof T]-?: Lossy<T[Key]> }[keyof T];

type LossyActivities<A> = {
  [Name in keyof A]: A[Name] extends (...args: infer In) => Promise<infer Out>
    ? [Lossy<In> | Lossy<Out>] extends [never]
      ? never
      : Name
    : Name;
}[keyof A];

type Nothing<T extends never> = T;
export type NoActivityIsLossy = Nothing<LossyActivities<Activities>>;
export type NoMessageIsLossy = Nothing<
  Lossy<ClusterInput | Hint | Progress | ResourceInput | Standing>
>;
