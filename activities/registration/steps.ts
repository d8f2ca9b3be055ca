/**
 * The steps of a join, each with what takes it back.
 *
 * Two systems meet here, against the rule: a member's token goes from the member to a Secret on the
 * hub, and a registered kubeconfig from the registry to a client, and neither may pass through a
 * history. Everything is idempotent: a retry finds what the first try made.
 */

import type { Giving } from '../../src/api/addresses.ts';
import { codeOf, ErrorCode } from '../../src/api/errors.ts';
import type { Fitness, Joining, JoinStep } from '../../src/api/joining.ts';
import { OPENMCP_NAMESPACE } from '../../src/api/meta.ts';
import type { KubeClient } from '../../src/kubernetes/client.ts';
import { CONFIG_MAPS, NAMESPACES, SERVICE_ACCOUNTS } from '../../src/kubernetes/resources.ts';
import { applyAddresses, takePool } from './addresses.ts';
import { checkMember, identityOf } from './check.ts';
import { dropCredentials, issueCredentials, renewToken, tryCredentials } from './credentials.ts';
import { make, unmake } from './made.ts';
import {
  ACCOUNT,
  accountObject,
  MEMBERSHIP,
  membershipObject,
  namespaceObject,
  rightsObjects,
} from './member-objects.ts';
import { makeMirror, refreshMirror, removeMirror } from './mirror.ts';
import { removeNamespaces } from './namespace.ts';
import { labelNodes, unlabelNodes } from './node-labels.ts';
import type { RegistrationTools } from './tools.ts';

export interface RegistrationActivities {
  checkMember(joining: Joining): Promise<Fitness>;
  takeJoinStep(step: JoinStep, joining: Joining): Promise<void>;
  /** Takes away what `joining.by` made in that step, or with null what any join made. */
  undoJoinStep(step: JoinStep, joining: Joining): Promise<void>;
  /** Gives the credentials a new token; returns when it ends, RFC 3339. */
  renewToken(joining: Joining): Promise<string>;
  /** Makes these the member's addresses, `from-to`; null takes ours away. Twice is once. */
  applyAddresses(joining: Joining, addresses: string | null): Promise<Giving>;
}

interface Step {
  take(tools: RegistrationTools, joining: Joining): Promise<void>;
  undo(tools: RegistrationTools, joining: Joining): Promise<void>;
}

/** A step in the member alone. */
function inMember(
  take: (client: KubeClient, joining: Joining, tools: RegistrationTools) => Promise<void>,
  undo: (client: KubeClient, joining: Joining, tools: RegistrationTools) => Promise<void>,
): Step {
  const connected = async (
    tools: RegistrationTools,
    joining: Joining,
    act: (client: KubeClient) => Promise<void>,
  ) => {
    const client = await tools.connect(joining.ip);
    try {
      await act(client);
    } finally {
      await client.close();
    }
  };
  return {
    take: (tools, joining) => connected(tools, joining, (client) => take(client, joining, tools)),
    undo: (tools, joining) => connected(tools, joining, (client) => undo(client, joining, tools)),
  };
}

const here = (name: string) => ({ namespace: OPENMCP_NAMESPACE, name });

const STEPS: Readonly<Record<JoinStep, Step>> = {
  namespace: inMember(
    (client, { by }) => make(client, NAMESPACES, namespaceObject(by), 'leave'),
    (client, { by }, { now }) => removeNamespaces(client, by, now),
  ),
  account: inMember(
    (client, { by }) => make(client, SERVICE_ACCOUNTS, accountObject(by), 'refuse'),
    (client, { by }) => unmake(client, SERVICE_ACCOUNTS, here(ACCOUNT), by),
  ),
  rights: inMember(
    async (client, { by }) => {
      for (const { resource, object } of rightsObjects(by)) {
        await make(client, resource, object, 'refuse');
      }
    },
    async (client, { by }) => {
      for (const { resource, object } of rightsObjects(by).toReversed()) {
        const { name, namespace } = object.metadata;
        await unmake(client, resource, { name, namespace }, by);
      }
    },
  ),
  credentials: { take: issueCredentials, undo: dropCredentials },
  trial: { take: tryCredentials, undo: async () => undefined },
  labels: inMember(labelNodes, unlabelNodes),
  modules: inMember(
    async (client, { by, cluster }, { hub }) => {
      const data = { hub: await identityOf(hub), cluster };
      await make(client, CONFIG_MAPS, membershipObject(by, data), 'refuse');
    },
    async (client, joining) => {
      // Given after the join, to what it made a member.
      await takePool(client, joining.by);
      await unmake(client, CONFIG_MAPS, here(MEMBERSHIP), joining.by);
    },
  ),
  mirror: { take: makeMirror, undo: removeMirror },
  registry: {
    take: ({ moveMember }, { ip }) => moveMember(ip, 'join'),
    async undo({ moveMember }, { ip }) {
      try {
        await moveMember(ip, 'unjoin');
      } catch (error) {
        // Unregistered meanwhile: it has no place that could be left.
        if (codeOf(error) !== ErrorCode.NotFound) throw error;
      }
    },
  },
};

export function registrationActivities(tools: RegistrationTools): RegistrationActivities {
  return {
    checkMember: (joining) => checkMember(tools, joining),
    takeJoinStep: (step, joining) => STEPS[step].take(tools, joining),
    undoJoinStep: (step, joining) => STEPS[step].undo(tools, joining),
    applyAddresses: (joining, addresses) => applyAddresses(tools, joining, addresses),
    async renewToken(joining) {
      const expiresAt = await renewToken(tools, joining);
      await refreshMirror(tools, joining);
      return expiresAt;
    },
  };
}
