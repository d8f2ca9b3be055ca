/** What callers may say to the workflows of clusters: their ids, and what they answer. */

import { defineQuery } from '@temporalio/workflow';

/** How far a saga is. */
export interface Progress {
  readonly phase: string;
  readonly step: string;
  readonly done: number;
  readonly total: number;
  readonly message: string;
}
export const progress = defineQuery<Progress>('progress');

/** The one input of every saga: the OpenMCPCluster. `temporal workflow start --input` takes the same. */
export interface ClusterInput {
  readonly namespace: string;
  readonly name: string;
}

export const joinId = (cluster: string) => `JoinCluster/${cluster}`;
export const unjoinId = (cluster: string) => `UnjoinCluster/${cluster}`;
export const renewId = (cluster: string) => `RenewCredentials/${cluster}`;
export const giveAddressesId = (cluster: string) => `GiveAddresses/${cluster}`;
export const payDebtId = (cluster: string) => `PayDebt/${cluster}`;
