/** Joining and leaving as data: the steps, and what a saga knows of its cluster. */

/** In the order of a join; a leave and an undone join go back through them. */
export const JOIN_STEPS = [
  'namespace',
  'account',
  'rights',
  'credentials',
  'trial',
  'labels',
  'modules',
  'mirror',
  'registry',
] as const;
export type JoinStep = (typeof JOIN_STEPS)[number];

/** Steps that touch the member; the others can be undone without it. */
export const MEMBER_STEPS: readonly JoinStep[] = [
  'namespace',
  'account',
  'rights',
  'labels',
  'modules',
];

export const STEP_TITLES: Readonly<Record<JoinStep, string>> = {
  namespace: 'making the namespace openmcp in the member',
  account: 'making our service account',
  rights: 'giving it the rights that are needed',
  credentials: 'issuing a token and keeping it on the hub',
  trial: 'trying the new credentials',
  labels: 'labelling the nodes with region and zone',
  modules: 'describing the membership in the member',
  mirror: 'mirroring it as a KubeFedCluster',
  registry: 'moving it to the joined members in the registry',
};

/** Which cluster a step is about, and whose work it is. */
export interface Joining {
  readonly cluster: string;
  /** Its folder in the registry. */
  readonly ip: string;
  /**
   * Marks what this join made, so that undoing it takes away nothing else. Null when a member
   * leaves: then all that any join made goes.
   */
  readonly by: string | null;
  readonly region: string;
  /** One, or several by comma. */
  readonly zone: string;
}

/** What a saga reads of the OpenMCPCluster. */
export interface ClusterReading {
  readonly uid: string;
  readonly generation: number;
  readonly deleting: boolean;
  readonly joinStatus: string;
  readonly ip: string;
  readonly region: string;
  readonly zone: string;
  /** `spec.metalLBRange` as `from-to`; null where there is none. */
  readonly addresses: string | null;
  readonly unjoinPolicy: 'Relocate' | 'Remove';
  readonly force: boolean;
  readonly owed: readonly {
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    readonly ownerUid: string;
  }[];
}

/** One that leaves, or is to be deleted, is no member any more: nothing is made in it. */
export function isMember({
  joinStatus,
  deleting,
}: Pick<ClusterReading, 'joinStatus' | 'deleting'>): boolean {
  return joinStatus === 'JOIN' && !deleting;
}

/** Why a cluster cannot join, as the reason of the condition. */
export type Unfit =
  | 'BadKubeconfig'
  | 'Unreachable'
  | 'Forbidden'
  | 'UnsupportedVersion'
  | 'AlreadyJoined'
  | 'IsHub'
  | 'ClockSkew'
  | 'NotRegistered';

export type Fitness =
  | {
      readonly fit: true;
      readonly version: string;
      readonly nodes: number;
      /** As the spec says, else as its nodes are labelled. */
      readonly region: string;
      readonly zone: string;
    }
  | { readonly fit: false; readonly reason: Unfit; readonly message: string };

/** The condition Joined, and how far it is. */
export interface ClusterReport {
  readonly joined: {
    readonly status: 'True' | 'False' | 'Unknown';
    readonly reason: string;
    readonly message: string;
  };
  readonly join: {
    readonly step: string;
    readonly done: number;
    readonly total: number;
    readonly message: string;
  };
  readonly workflow: { readonly id: string; readonly runId: string };
}
