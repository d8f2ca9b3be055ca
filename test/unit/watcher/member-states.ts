/** OpenMCPClusters as the controller follows them. */

import { type MemberState, memberState } from '../../../src/fleet/member-state.ts';

export const RANGE = '10.0.3.200-10.0.3.250';

export interface Change {
  readonly generation?: number;
  readonly ready?: string;
  readonly owed?: object[];
  readonly deleting?: boolean;
  /** Asked for. */
  readonly range?: string;
  /** Given last. */
  readonly addresses?: string;
  /** The reason of AddressesGiven, and the generation that it was said about. */
  readonly told?: readonly [reason: string, generation: number];
}

const AT_REST = { generation: 1, ready: 'True', owed: [], deleting: false };

export function state(joinStatus: string, change: Change = {}): MemberState {
  const { generation, ready, owed, deleting, range, addresses, told } = { ...AT_REST, ...change };
  const [addressFrom, addressTo] = range?.split('-') ?? [];
  return memberState({
    apiVersion: 'openmcp.k8s.io/v1alpha1',
    kind: 'OpenMCPCluster',
    metadata: {
      name: 'seoul',
      namespace: 'openmcp',
      uid: 'u',
      generation,
      ...(deleting && { deletionTimestamp: 'now' }),
    },
    spec: { joinStatus, ...(range !== undefined && { metalLBRange: { addressFrom, addressTo } }) },
    status: {
      owed,
      addresses,
      conditions: [
        { type: 'Ready', status: ready, reason: 'x' },
        ...(told === undefined ? [] : [addressesTold(...told)]),
      ],
    },
  });
}

function addressesTold(reason: string, observedGeneration: number) {
  const status = reason === 'Given' ? 'True' : 'False';
  return { type: 'AddressesGiven', status, reason, observedGeneration };
}
