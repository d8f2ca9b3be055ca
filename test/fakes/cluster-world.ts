/**
 * One OpenMCPCluster on a hub, its member and its place in the registry, in memory.
 *
 * What a step makes is one word here, with the run that made it; a step undone takes away what is
 * its own. Tests change the world, then look at it.
 */

import { guard } from '../../activities/failure.ts';
import type { HubClusterActivities } from '../../activities/hub/clusters.ts';
import type { OwnedActivities } from '../../activities/member-cluster/owned.ts';
import type { RegistrationActivities } from '../../activities/registration/steps.ts';
import type { Giving } from '../../src/api/addresses.ts';
import { ErrorCode, OpenMcpError } from '../../src/api/errors.ts';
import {
  type ClusterReading,
  type ClusterReport,
  type Fitness,
  isMember,
  JOIN_STEPS,
  type Joining,
  type JoinStep,
  MEMBER_STEPS,
} from '../../src/api/joining.ts';
import type { Debt } from '../../src/api/outcome.ts';
import { Faults, silence } from './faults.ts';

type Activities = HubClusterActivities & RegistrationActivities & OwnedActivities;
type Deed =
  | 'apply addresses'
  | 'check'
  | 'finish the join'
  | 'renew'
  | `${'take' | 'undo'} ${JoinStep}`;
type Cluster = Omit<ClusterReading, 'owed'> & {
  /** By our finalizer: a deletion waits. */
  readonly held: boolean;
  readonly owed: readonly Debt[];
};

/** What must be there before a step can be taken. */
const NEEDS: Readonly<Partial<Record<JoinStep, readonly JoinStep[]>>> = {
  account: ['namespace'],
  credentials: ['account'],
  trial: ['rights', 'credentials'],
  modules: ['namespace'],
  mirror: ['credentials'],
};
const FORMER_RUN = 'former-run';

export class ClusterWorld {
  /** Null once the resource is gone. */
  cluster: Cluster | null = {
    uid: 'uid-1',
    generation: 1,
    deleting: false,
    held: false,
    joinStatus: 'JOINING',
    ip: '10.0.3.40',
    region: 'AS',
    zone: 'KR',
    addresses: null,
    unjoinPolicy: 'Relocate',
    force: false,
    owed: [],
  };
  /** The condition Joined. */
  joined: ClusterReport['joined'] | null = null;
  facts: { version: string; nodes: number } | null = null;
  credentials: { expiresAt: string | null; problem: string | null } | null = null;
  /** What the hub was told of giving addresses. */
  giving: Giving | null = null;
  /** The pool in the member. */
  pool: string | null = null;
  hasMetalLB = true;
  fitness: Fitness = { fit: true, version: 'v1.37.2', nodes: 3, region: 'AS', zone: 'KR' };
  memberAnswers = true;
  /** What there is of each step, by the run that made it. */
  readonly made: Partial<Record<JoinStep, string>> = {};
  /** How `made` came to be: `+namespace`, `-namespace`. */
  readonly journal: string[] = [];
  /** Objects of ours in the member, by their owners' uids. */
  objects: string[] = [];
  /** Written by a worker that had begun before the leave; it arrives while that cleans. */
  late: string | null = null;
  /** Replicas that OpenMCPDeployments claim here; 0 while they leave. */
  workloads: Record<string, number> = {};
  readonly faults = new Faults<Deed>();

  /** Joined by a run of the past. */
  static joined(change: Partial<Cluster> = {}): ClusterWorld {
    const world = new ClusterWorld();
    for (const step of JOIN_STEPS) if (step !== 'trial') world.made[step] = FORMER_RUN;
    world.change({ joinStatus: 'JOIN', held: true, ...change });
    return world;
  }

  /** Someone edits the resource. */
  edit(change: Partial<Cluster>): void {
    const { generation = 0 } = this.cluster ?? {};
    this.change({ ...change, generation: generation + 1 });
  }

  delete(): void {
    if (this.cluster?.held === true) this.edit({ deleting: true });
    else this.cluster = null;
  }

  private change(change: Partial<Cluster>): void {
    if (this.cluster === null) return;
    this.cluster = { ...this.cluster, ...change };
    const { deleting, held } = this.cluster;
    if (deleting && !held) this.cluster = null;
  }

  /** A write to what is gone, or another by now, is refused. */
  private write(uid: string, change: Partial<Cluster>): void {
    if (this.cluster?.uid !== uid) {
      throw new OpenMcpError(ErrorCode.NotFound, 'cannot write the cluster: it is gone');
    }
    this.change(change);
  }

  private readonly hub: HubClusterActivities = {
    readCluster: async () => this.cluster,
    reportCluster: async (_ref, uid, { joined }) => {
      if (this.cluster?.deleting === true && !this.cluster.held) {
        throw new OpenMcpError(ErrorCode.Rejected, 'cannot hold what is being deleted');
      }
      this.write(uid, { held: true });
      this.joined = joined;
    },
    finishJoin: (_ref, uid, { version, nodes, region, zone }) =>
      this.faults.around('finish the join', () => {
        if (this.cluster?.uid !== uid || this.cluster.deleting) return false;
        if (this.cluster.joinStatus !== 'JOINING') return false;
        this.write(uid, { joinStatus: 'JOIN', region, zone });
        this.facts = { version, nodes };
        this.joined = { status: 'True', reason: 'Joined', message: `joined, ${version}` };
        return true;
      }),
    failJoin: async (_ref, uid, { reason, message }) => {
      this.write(uid, { joinStatus: 'UNJOIN' });
      this.joined = { status: 'False', reason, message };
      this.change({ held: false });
    },
    finishUnjoin: async (_ref, uid, { owed }) => {
      this.write(uid, { joinStatus: 'UNJOIN', force: false });
      this.joined = { status: 'False', reason: 'Left', message: owed ? 'owed' : 'left' };
      if (!owed) this.change({ held: false });
    },
    stayJoined: async (_ref, uid, { why }) => {
      this.write(uid, { joinStatus: 'JOIN' });
      this.joined = { status: 'True', reason: 'Joined', message: `stays: ${why}` };
    },
    listWorkloadsOn: async (_cluster, cleaning) => {
      const names = Object.entries(this.workloads)
        .filter(([, replicas]) => replicas > 0 || cleaning)
        .map(([name]) => name);
      return { count: names.length, names };
    },
    oweCleanup: async (_cluster, debt) => {
      this.change({ owed: [...(this.cluster?.owed ?? []), debt] });
    },
    clearDebts: async (_ref, _uid, paid) => {
      const owed = this.cluster?.owed.filter(
        (debt) =>
          !paid.some(({ kind, ownerUid }) => kind === debt.kind && ownerUid === debt.ownerUid),
      );
      this.change({ owed: owed ?? [] });
      if (this.cluster?.joinStatus === 'UNJOIN') this.change({ held: false });
    },
    reportCredentials: async (_ref, uid, result) => {
      this.write(uid, {});
      this.credentials = { ...result };
    },
    reportAddresses: async (_ref, uid, { giving }) => {
      if (this.cluster?.uid !== uid || !isMember(this.cluster)) return false;
      this.giving = giving;
      return true;
    },
  };

  private readonly member: RegistrationActivities & OwnedActivities = {
    checkMember: () => this.faults.around('check', () => this.fitness),
    takeJoinStep: (step, joining) =>
      this.faults.around(`take ${step}`, () => this.take(step, joining)),
    undoJoinStep: (step, joining) =>
      this.faults.around(`undo ${step}`, () => this.undo(step, joining)),
    applyAddresses: ({ cluster }, addresses) =>
      this.faults.around('apply addresses', () => this.applyAddresses(cluster, addresses)),
    renewToken: () => this.faults.around('renew', () => '2030-01-01T00:00:00Z'),
    removeOwned: async () => {
      this.reach('remove our objects');
      this.objects = [];
    },
    removeOwnedBy: async (_joining, ownerUid) => {
      this.reach('remove our objects');
      this.objects = this.objects.filter((uid) => uid !== ownerUid);
    },
  };

  readonly activities: Activities = guard<Activities>({ ...this.hub, ...this.member });

  private reach(what: string): void {
    if (!this.memberAnswers) throw silence(what);
  }

  private applyAddresses(cluster: string, addresses: string | null): Giving {
    this.reach('apply addresses');
    if (addresses !== null && !this.hasMetalLB)
      return { kind: 'failed', reason: 'NoMetalLB', message: `${cluster} has no MetalLB` };
    this.pool = addresses;
    return addresses === null ? { kind: 'none' } : { kind: 'given', addresses };
  }

  private take(step: JoinStep, { by }: Joining): void {
    if (MEMBER_STEPS.includes(step)) this.reach(`take ${step}`);
    const missing = NEEDS[step]?.filter((needed) => this.made[needed] === undefined) ?? [];
    if (missing.length > 0) {
      throw new OpenMcpError(
        ErrorCode.Rejected,
        `cannot take ${step} before ${missing.join(', ')}`,
      );
    }
    // A trial makes nothing, and the maker stays the first one.
    if (step === 'trial' || this.made[step] !== undefined) return;
    this.made[step] = by ?? '';
    this.journal.push(`+${step}`);
  }

  private undo(step: JoinStep, { by }: Joining): void {
    if (MEMBER_STEPS.includes(step)) this.reach(`undo ${step}`);
    if (step === 'namespace' && this.objects.length > 0) {
      throw new OpenMcpError(ErrorCode.NotYet, 'pods of ours are still ending in the namespace');
    }
    if (!this.isOf(step, by)) return;
    delete this.made[step];
    this.journal.push(`-${step}`);
    if (step === 'modules' && by === null) this.pool = null;
    if (step === 'labels' && this.late !== null) this.objects.push(this.late);
  }

  private isOf(step: JoinStep, by: string | null): boolean {
    const maker = this.made[step];
    return maker !== undefined && (by === null || by === maker);
  }
}
