/** Writing OpenMCPClusters: each writer keeps to its own part, so that none undoes another's. */

import * as z from 'zod';
import { AddressRange } from '../../src/api/addresses.ts';
import { Condition, setCondition } from '../../src/api/conditions.ts';
import { codeOf, ErrorCode, OpenMcpError } from '../../src/api/errors.ts';
import { type ClusterReading, type ClusterReport, isMember } from '../../src/api/joining.ts';
import { API_VERSION, FIELD_MANAGER, KEYS, type ObjectRef } from '../../src/api/meta.ts';
import type { KubeClient, KubeObject } from '../../src/kubernetes/client.ts';
import { recordEvent } from '../../src/kubernetes/events.ts';
import { OPENMCP_CLUSTERS } from '../../src/kubernetes/resources.ts';
import { type AddressesReport, addressesStatus, hasTold } from './cluster-addresses.ts';

const Debts = z.array(
  z.object({
    kind: z.string(),
    namespace: z.string(),
    name: z.string(),
    ownerUid: z.string(),
    since: z.string().optional(),
  }),
);
const Shape = z.object({
  spec: z
    .object({
      joinStatus: z.string().default('UNJOIN'),
      serverIP: z.string().default(''),
      nodeInfo: z
        .object({ region: z.string().default(''), zone: z.string().default('') })
        .default({ region: '', zone: '' }),
      metalLBRange: AddressRange.nullable().default(null),
      unjoinPolicy: z.enum(['Relocate', 'Remove']).default('Relocate'),
      force: z.boolean().default(false),
    })
    .prefault({}),
  status: z
    .object({
      conditions: z.array(Condition).default([]),
      owed: Debts.default([]),
      addresses: z.string().nullable().default(null),
    })
    .prefault({}),
});

export function readingOf(object: KubeObject): ClusterReading {
  const { spec, status } = Shape.parse(object);
  const { uid = '', generation = 0, deletionTimestamp } = object.metadata;
  return {
    uid,
    generation,
    deleting: deletionTimestamp !== undefined,
    joinStatus: spec.joinStatus,
    ip: spec.serverIP,
    region: spec.nodeInfo.region,
    zone: spec.nodeInfo.zone,
    addresses: spec.metalLBRange,
    unjoinPolicy: spec.unjoinPolicy,
    force: spec.force,
    owed: status.owed,
  };
}

type Said = Partial<Pick<ClusterReport, 'join'>> & Pick<ClusterReport, 'joined' | 'workflow'>;

/** Field managers: each writes its own part of the status, and none undoes another's. */
const CREDENTIALS_MANAGER = `${FIELD_MANAGER}-credentials`;
const ADDRESSES_MANAGER = `${FIELD_MANAGER}-addresses`;

export class ClusterWriter {
  readonly #hub: KubeClient;
  readonly #now: () => Date;

  constructor(hub: KubeClient, now: () => Date) {
    this.#hub = hub;
    this.#now = now;
  }

  /** A cluster with a join behind it or under way is not deleted without a leave. */
  async hold(ref: ObjectRef, uid: string): Promise<void> {
    await this.#apply(
      ref,
      { metadata: { ...ref, uid, finalizers: [KEYS.finalizer] } },
      FIELD_MANAGER,
    );
  }

  /** Absent already is success. */
  async release(ref: ObjectRef, uid: string): Promise<void> {
    try {
      await this.#apply(ref, { metadata: { ...ref, uid } }, FIELD_MANAGER);
    } catch (error) {
      if (codeOf(error) !== ErrorCode.NotFound) throw error;
    }
  }

  async spec(ref: ObjectRef, uid: string, spec: Record<string, unknown>): Promise<void> {
    const body = { metadata: { uid }, spec };
    await this.#fenced(ref, uid, () =>
      this.#hub.patch(OPENMCP_CLUSTERS, ref, body, { type: 'merge' }),
    );
  }

  /** The spec of a join that is done. False, and nothing is written, when it is not wanted any more. */
  async joined(ref: ObjectRef, uid: string, spec: Record<string, unknown>): Promise<boolean> {
    const object = await this.#hub.read(OPENMCP_CLUSTERS, ref);
    if (object === null || object.metadata.uid !== uid) return false;
    const { joinStatus, deleting } = readingOf(object);
    // A retry finds what the first try wrote.
    if (joinStatus === 'JOIN') return true;
    if (joinStatus !== 'JOINING' || deleting) return false;
    const { resourceVersion } = object.metadata;
    // With the version: an edit between the reading and this must not be overwritten.
    const body = { metadata: { uid, resourceVersion }, spec };
    await this.#hub.patch(OPENMCP_CLUSTERS, ref, body, { type: 'merge' });
    return true;
  }

  /** The spec of one that is no member any more, whatever someone wrote while it left. */
  async left(ref: ObjectRef, uid: string, spec: Record<string, unknown> = {}): Promise<void> {
    const object = await this.#hub.read(OPENMCP_CLUSTERS, ref);
    // The addresses went with all else: when it joins again, they are given again.
    if (object !== null && hasTold(Shape.parse(object).status))
      await this.#apply(
        ref,
        { metadata: { ...ref, uid }, status: {} },
        ADDRESSES_MANAGER,
        'status',
      );
    // From JOIN there is no way to UNJOIN but through UNJOINING.
    if (object !== null && readingOf(object).joinStatus === 'JOIN') {
      await this.spec(ref, uid, { joinStatus: 'UNJOINING' });
    }
    await this.spec(ref, uid, { ...spec, joinStatus: 'UNJOIN' });
  }

  async status(
    ref: ObjectRef,
    uid: string,
    said: Said,
    facts: Record<string, unknown> = {},
  ): Promise<void> {
    const before = await this.#conditions(ref);
    const [joined] = setCondition(
      before.filter(({ type }) => type === 'Joined'),
      { type: 'Joined', ...said.joined },
      this.#now().toISOString(),
    );
    const { workflow, join } = said;
    const status = { conditions: [joined], workflow, ...(join && { join }), ...facts };
    await this.#apply(ref, { metadata: { ...ref, uid }, status }, FIELD_MANAGER, 'status');
  }

  async credentials(
    ref: ObjectRef,
    uid: string,
    { expiresAt, problem }: { expiresAt: string | null; problem: string | null },
  ): Promise<void> {
    const before = await this.#conditions(ref);
    const [condition] = setCondition(
      before.filter(({ type }) => type === 'CredentialsValid'),
      {
        type: 'CredentialsValid',
        status: problem === null ? 'True' : 'Unknown',
        reason: problem === null ? 'Renewed' : 'CredentialsExpiring',
        message: problem ?? '',
      },
      this.#now().toISOString(),
    );
    const status = {
      conditions: [condition],
      ...(expiresAt !== null && { credentials: { expiresAt } }),
    };
    await this.#apply(ref, { metadata: { ...ref, uid }, status }, CREDENTIALS_MANAGER, 'status');
  }

  /** False, and nothing is written, when it is no member any more. */
  async addresses(ref: ObjectRef, uid: string, report: AddressesReport): Promise<boolean> {
    const object = await this.#hub.read(OPENMCP_CLUSTERS, ref);
    if (object === null || object.metadata.uid !== uid || !isMember(readingOf(object)))
      return false;
    const before = Shape.parse(object).status;
    const { status, news } = addressesStatus(before, report, this.#now().toISOString());
    // With the version: what is told of a member must not come after its leave.
    const { resourceVersion } = object.metadata;
    const part = { metadata: { ...ref, uid, resourceVersion }, status };
    await this.#apply(ref, part, ADDRESSES_MANAGER, 'status');
    if (news !== null) {
      const { reason, message } = news;
      await this.event(ref, uid, {
        type: news.status === 'True' ? 'Normal' : 'Warning',
        reason,
        message,
      });
    }
    return true;
  }

  /** Reads, changes, and writes only if nobody wrote in between: a conflict is retried by Temporal. */
  async debts(
    ref: ObjectRef,
    change: (owed: ClusterDebts, since: string) => ClusterDebts,
  ): Promise<void> {
    const object = await this.#hub.read(OPENMCP_CLUSTERS, ref);
    if (object === null) return;
    const { owed } = Shape.parse(object).status;
    const next = change(owed, this.#now().toISOString());
    if (next === owed) return;
    const { uid, resourceVersion } = object.metadata;
    const body = { metadata: { uid, resourceVersion }, status: { owed: next } };
    await this.#hub.patch(OPENMCP_CLUSTERS, ref, body, { type: 'merge', subresource: 'status' });
  }

  event(
    ref: ObjectRef,
    uid: string,
    said: { type: 'Normal' | 'Warning'; reason: string; message: string },
  ) {
    return recordEvent(this.#hub, {
      regarding: { resource: OPENMCP_CLUSTERS, ...ref, uid },
      type: said.type,
      reason: said.reason,
      message: said.message,
      now: this.#now(),
    });
  }

  async #conditions(ref: ObjectRef): Promise<readonly Condition[]> {
    const object = await this.#hub.read(OPENMCP_CLUSTERS, ref);
    return object === null ? [] : Shape.parse(object).status.conditions;
  }

  async #apply(
    ref: ObjectRef,
    part: { metadata: Record<string, unknown> & { name: string; uid: string }; status?: unknown },
    fieldManager: string,
    subresource?: 'status',
  ): Promise<void> {
    const object = { apiVersion: API_VERSION, kind: OPENMCP_CLUSTERS.kind, ...part };
    const options = { fieldManager, force: true, subresource };
    await this.#fenced(ref, part.metadata.uid, () =>
      this.#hub.apply(OPENMCP_CLUSTERS, object, options),
    );
  }

  /** A write to what is gone, or was made again, is a conflict for ever: it must not be retried. */
  async #fenced(ref: ObjectRef, uid: string, write: () => Promise<unknown>): Promise<void> {
    try {
      await write();
    } catch (error) {
      const code = codeOf(error);
      // Gone is a 409, made again under the same name a 422: another uid "is immutable".
      if (code !== ErrorCode.Conflict && code !== ErrorCode.Rejected) throw error;
      const present = await this.#hub.read(OPENMCP_CLUSTERS, ref);
      if (present?.metadata.uid === uid) throw error;
      throw new OpenMcpError(
        ErrorCode.NotFound,
        `cannot write ${ref.namespace}/${ref.name}: it is gone, or was made again meanwhile`,
      );
    }
  }
}

type ClusterDebts = z.infer<typeof Debts>;
