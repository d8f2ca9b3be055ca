/** A hub and its members, in memory. Tests change the world, then look at it. */

import {
  type Deployments,
  type PlacementActivities,
  placementActivities,
  placementQueueActivities,
} from '../../activities/decisions/placement.ts';
import { guard } from '../../activities/failure.ts';
import type { HubClusterActivities } from '../../activities/hub/clusters.ts';
import type {
  DeploymentReport,
  HubDeploymentActivities,
} from '../../activities/hub/deployments.ts';
import type { MemberDeploymentActivities } from '../../activities/member-cluster/deployments.ts';
import { ErrorCode, OpenMcpError } from '../../src/api/errors.ts';
import { ClusterName } from '../../src/api/meta.ts';
import type { Debt, Outcome } from '../../src/api/outcome.ts';
import type { Placement } from '../../src/api/placement.ts';
import type { FoundDeployment } from '../../src/api/reading.ts';
import type { Workload } from '../../src/api/workload.ts';

const EMPTY: Omit<Workload, 'replicas' | 'current'> = {
  namespace: 'shop',
  name: 'web',
  uid: 'uid-1',
  generation: 1,
  deleting: false,
  clusters: [],
  affinity: {},
  nodeSelector: {},
  tolerations: [],
  requests: {},
  nodeAffinity: [],
  hostPorts: [],
  needs: [],
  qos: 'BestEffort',
  weights: null,
  spread: [],
  clusterTolerations: [],
  present: [],
};

type Activities = HubDeploymentActivities &
  PlacementActivities &
  MemberDeploymentActivities &
  Pick<HubClusterActivities, 'oweCleanup'>;

export class DeploymentWorld {
  /** Null once the resource is gone. */
  resource: { generation: number; deleting: boolean; held: boolean; replicas: number } | null;
  clusters: string[];
  /** Why the spec cannot be understood. */
  problem: string | null = null;
  claimed: Readonly<Record<string, number>> = {};
  report: DeploymentReport | null = null;
  debts: (Debt & { cluster: string })[] = [];
  /** What runs in the members, and what of it is ready. */
  readonly replicas: Record<string, number> = {};
  /** Replicas become ready only in these; in all when null. */
  ready: string[] | null = null;
  readonly broken = new Set<string>();
  readonly visits: string[] = [];
  /** The next claim is written, and nobody gets to know it. */
  claimUnanswered = false;
  /** The next claim hangs on this before it reaches the hub. */
  claimHeld: Promise<void> | null = null;
  #version = 1;
  readonly #here = { deciding: true, decide: (workload: Workload) => this.decide(workload) };
  readonly #deployments: Deployments = {
    read: async () => this.found(),
    claim: (_ref, { version }, claimed) => this.claim(claimed, version),
  };
  /** What the worker serves that decides, when the one that runs the workflow may not. */
  readonly desk = guard(
    placementQueueActivities(
      { deciding: true, decide: (workload) => this.decide(workload) },
      this.#deployments,
    ),
  );

  constructor(replicas: number, ...clusters: string[]) {
    this.resource = { generation: 1, deleting: false, held: false, replicas };
    this.clusters = clusters;
  }

  /** From now on another worker decides. */
  decideElsewhere(): void {
    this.#here.deciding = false;
  }

  change(change: Partial<NonNullable<DeploymentWorld['resource']>>): void {
    if (this.resource === null) return;
    this.#version += 1;
    this.resource = { ...this.resource, ...change, generation: this.resource.generation + 1 };
  }

  condition(type: string) {
    return this.report?.conditions.find((condition) => condition.type === type);
  }

  readonly activities: Activities = guard<Activities>({
    ...placementActivities(this.#here, this.#deployments),
    claimDeployment: (_ref, _uid, claimed) => this.claim(claimed),
    applyDeployments: async ({ shares }) =>
      shares.map(({ cluster, replicas }) =>
        this.visit(cluster, () => {
          this.replicas[cluster] = replicas;
        }),
      ),
    pruneDeployments: async (_ref, _uid, clusters) =>
      clusters.map((cluster) =>
        this.visit(cluster, () => {
          delete this.replicas[cluster];
        }),
      ),
    reportDeployment: async (_ref, _uid, report) => {
      this.#version += 1;
      this.report = report;
    },
    releaseDeployment: async () => {
      this.resource = null;
    },
    oweCleanup: async (cluster, debt) => {
      this.debts.push({ cluster, ...debt });
    },
  });

  private found(): FoundDeployment | null {
    if (this.resource === null) return null;
    const { generation, deleting, held, replicas } = this.resource;
    const outcomes = this.report?.outcomes ?? [];
    const running = Object.keys(this.replicas);
    const isReady = (name: string) => this.ready?.includes(name) ?? true;
    return {
      reading: {
        uid: 'uid-1',
        generation,
        held,
        claimed: this.claimed,
        known: Object.fromEntries(
          outcomes.flatMap(({ cluster, uid }) => (uid === undefined ? [] : [[cluster, uid]])),
        ),
        readyGenerations: Object.fromEntries((this.ready ?? running).map((name) => [name, 1])),
        ready: Object.fromEntries(Object.entries(this.replicas).filter(([name]) => isReady(name))),
        conditions: [],
      },
      deleting,
      version: String(this.#version),
      spec:
        this.problem === null
          ? { workload: { ...EMPTY, generation, replicas, deleting, current: this.claimed } }
          : { problem: this.problem },
    };
  }

  private decide({ replicas }: Workload): Placement {
    if (this.clusters.length === 0) {
      return { kind: 'unplaceable', message: '0 of 0 clusters fit', kept: [], verdicts: [] };
    }
    const each = Math.floor(replicas / this.clusters.length);
    const shares = this.clusters.map((name, rank) => ({
      cluster: ClusterName.parse(name),
      replicas: each + (rank < replicas % this.clusters.length ? 1 : 0),
    }));
    return { kind: 'placed', shares, verdicts: [] };
  }

  private async claim(claimed: Readonly<Record<string, number>>, version?: string): Promise<void> {
    const held = this.claimHeld;
    this.claimHeld = null;
    await held;
    if (version !== undefined && version !== String(this.#version))
      throw new OpenMcpError(ErrorCode.Conflict, 'cannot claim: it was changed meanwhile');
    this.#version += 1;
    this.claimed = claimed;
    if (this.resource !== null) this.resource = { ...this.resource, held: true };
    if (!this.claimUnanswered) return;
    this.claimUnanswered = false;
    throw new OpenMcpError(ErrorCode.Unavailable, 'cannot claim: no answer');
  }

  private visit(name: string, act: () => void): Outcome {
    this.visits.push(name);
    const cluster = ClusterName.parse(name);
    if (this.broken.has(name)) {
      const { code, message } = new OpenMcpError(ErrorCode.Unavailable, `cannot reach ${name}`);
      return { cluster, code, message };
    }
    act();
    return { cluster, code: null, message: '', uid: `${name}-object`, generation: 1 };
  }
}
