/** Whether a cluster can be a member, asked before anything is touched. */

import * as z from 'zod';
import { codeOf, ErrorCode } from '../../src/api/errors.ts';
import type { Fitness, Joining, Unfit } from '../../src/api/joining.ts';
import { OPENMCP_NAMESPACE } from '../../src/api/meta.ts';
import { memberState } from '../../src/fleet/member-state.ts';
import type { KubeClient } from '../../src/kubernetes/client.ts';
import { isRecord } from '../../src/kubernetes/object.ts';
import {
  CONFIG_MAPS,
  NAMESPACES,
  NODES,
  OPENMCP_CLUSTERS,
  pathOf,
  SELF_SUBJECT_ACCESS_REVIEWS,
} from '../../src/kubernetes/resources.ts';
import { MEMBERSHIP, NEEDED_RIGHTS } from './member-objects.ts';
import { whereaboutsOf } from './node-labels.ts';

/** Server-side apply with its present rules, and TokenRequest, are there since. */
const OLDEST_MINOR = 26;
/** Tokens and certificates are judged by clocks; more than this breaks them. */
const MOST_SKEW_MS = 60_000;

export interface CheckTools {
  readonly hub: KubeClient;
  readonly now: () => Date;
  /** The registered kubeconfig, made a client; throws Rejected for one that cannot be used. */
  readonly connect: (ip: string) => Promise<KubeClient>;
}

const VersionAnswer = z.object({
  minor: z.string().default('0'),
  gitVersion: z.string().default('unknown'),
});
const Stamped = z.object({ metadata: z.object({ creationTimestamp: z.string().catch('') }) });
const Membership = z.object({
  data: z.object({ hub: z.string().default(''), cluster: z.string().default('') }),
});

const unfit = (reason: Unfit, message: string): Fitness => ({ fit: false, reason, message });

/** `kube-system` is made once with the cluster, and never again: its uid is the cluster's identity. */
export async function identityOf(client: KubeClient): Promise<string> {
  const found = await client.read(NAMESPACES, { name: 'kube-system' });
  return found?.metadata.uid ?? '';
}

export async function checkMember(tools: CheckTools, joining: Joining): Promise<Fitness> {
  let client: KubeClient;
  try {
    client = await tools.connect(joining.ip);
  } catch (error) {
    return connectProblem(error, joining);
  }
  try {
    return await examine(tools, client, joining);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const code = codeOf(error);
    if (code === ErrorCode.Unavailable) {
      const signIn = /401|[Uu]nauthorized/.test(message);
      return signIn
        ? unfit(
            'Forbidden',
            `the kubeconfig registered for ${joining.ip} is not accepted: ${message}; register a valid one`,
          )
        : unfit(
            'Unreachable',
            `cannot reach ${client.server}: ${message}; check the address and the network`,
          );
    }
    if (code === ErrorCode.Rejected) return unfit('Forbidden', message);
    throw error;
  } finally {
    await client.close();
  }
}

function connectProblem(error: unknown, { ip }: Joining): Fitness {
  const code = codeOf(error);
  if (!(error instanceof Error) || code === null) throw error;
  if (code === ErrorCode.NotFound) {
    return unfit(
      'NotRegistered',
      `no cluster is registered as ${ip}: run openmcp register member with its kubeconfig`,
    );
  }
  if (code === ErrorCode.Rejected) return unfit('BadKubeconfig', error.message);
  throw error;
}

async function examine(tools: CheckTools, client: KubeClient, joining: Joining): Promise<Fitness> {
  const version = await client.request('GET', '/version', { timeoutMs: 5_000 });
  const { gitVersion, minor } = versionOf(version);
  if (minor < OLDEST_MINOR) {
    return unfit(
      'UnsupportedVersion',
      `it runs Kubernetes ${gitVersion}: 1.${OLDEST_MINOR} or newer is needed`,
    );
  }
  const missing = await missingRights(client);
  if (missing.length > 0) {
    return unfit(
      'Forbidden',
      `the registered kubeconfig may not ${missing.join(', ')}: register one of an administrator`,
    );
  }
  const taken = await takenBy(tools, client, joining);
  if (taken !== null) return taken;
  const skewMs = await clockSkew(tools, client);
  if (Math.abs(skewMs) > MOST_SKEW_MS) {
    return unfit('ClockSkew', `its clock differs by ${Math.round(skewMs / 1000)} s: set it by NTP`);
  }
  const { items } = await client.list(NODES, {});
  const found = whereaboutsOf(items);
  return {
    fit: true,
    version: gitVersion,
    nodes: items.length,
    region: joining.region === '' ? found.region : joining.region,
    zone: joining.zone === '' ? found.zone : joining.zone,
  };
}

function versionOf(answer: unknown): { gitVersion: string; minor: number } {
  const { minor, gitVersion } = VersionAnswer.parse(answer);
  return { gitVersion, minor: Number.parseInt(minor, 10) };
}

async function missingRights(client: KubeClient): Promise<string[]> {
  const answers = await Promise.all(
    NEEDED_RIGHTS.map(async (right) => {
      const review = await client.request('POST', pathOf(SELF_SUBJECT_ACCESS_REVIEWS, {}), {
        body: {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectAccessReview',
          spec: { resourceAttributes: right },
        },
      });
      const status = isRecord(review) && isRecord(review['status']) ? review['status'] : {};
      const allowed = status['allowed'] === true;
      const part = 'subresource' in right ? `/${right.subresource}` : '';
      return allowed ? [] : [`${right.verb} ${right.resource}${part}`];
    }),
  );
  return answers.flat();
}

async function takenBy(
  tools: CheckTools,
  client: KubeClient,
  { cluster }: Joining,
): Promise<Fitness | null> {
  const [member, hub] = await Promise.all([identityOf(client), identityOf(tools.hub)]);
  if (member === hub)
    return unfit('IsHub', 'it is the hub itself: the hub cannot be its own member');
  const found = await client.read(CONFIG_MAPS, { namespace: OPENMCP_NAMESPACE, name: MEMBERSHIP });
  const data = Membership.safeParse(found).data?.data;
  if (data === undefined || (data.hub === hub && data.cluster === cluster)) return null;
  if (data.hub !== hub) {
    return unfit('AlreadyJoined', 'it is a member of another hub: let it leave there first');
  }
  const joined = await isJoined(tools.hub, data.cluster);
  return joined
    ? unfit('AlreadyJoined', `it is joined already under the name ${data.cluster}`)
    : null;
}

async function isJoined(hub: KubeClient, name: string): Promise<boolean> {
  const holder = await hub.read(OPENMCP_CLUSTERS, { namespace: OPENMCP_NAMESPACE, name });
  return holder !== null && memberState(holder).joinStatus === 'JOIN';
}

/** By a review of ourselves: its creationTimestamp is the server's clock, to the second. */
async function clockSkew(tools: CheckTools, client: KubeClient): Promise<number> {
  const before = tools.now().getTime();
  const review = await client.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
  });
  const { metadata } = Stamped.parse(review);
  const stamped = Date.parse(metadata.creationTimestamp);
  return Number.isNaN(stamped) ? 0 : stamped - before;
}
