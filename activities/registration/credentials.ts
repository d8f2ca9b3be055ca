/** The member's token: issued by TokenRequest, kept in one Secret on the hub, renewed before it ends. */

import * as z from 'zod';
import { codeOf, ErrorCode, OpenMcpError } from '../../src/api/errors.ts';
import type { Joining } from '../../src/api/joining.ts';
import { FIELD_MANAGER, OPENMCP_NAMESPACE } from '../../src/api/meta.ts';
import {
  CLUSTER_LABEL,
  memberSecretName,
  TOKEN_EXPIRES,
  TOKEN_ISSUED,
} from '../../src/fleet/member-secret.ts';
import { type KubeClient, kubeClient } from '../../src/kubernetes/client.ts';
import {
  DEPLOYMENTS,
  NODES,
  PODS,
  pathOf,
  SECRETS,
  SERVICE_ACCOUNTS,
} from '../../src/kubernetes/resources.ts';
import { credentialsFromSecret } from '../../src/kubernetes/tokens.ts';
import { unmake } from './made.ts';
import { ACCOUNT, JOINED_BY, RENEWAL } from './member-objects.ts';
import type { RegistrationTools } from './tools.ts';

const secretRef = (cluster: string) => ({
  namespace: OPENMCP_NAMESPACE,
  name: memberSecretName(cluster),
});

export async function issueCredentials(tools: RegistrationTools, joining: Joining): Promise<void> {
  const client = await tools.connect(joining.ip);
  try {
    await keep(tools, joining, client);
  } finally {
    await client.close();
  }
}

export async function dropCredentials(
  { hub }: RegistrationTools,
  { cluster, by }: Joining,
): Promise<void> {
  await unmake(hub, SECRETS, secretRef(cluster), by);
}

/** The account's rights may take a moment to be seen by the member's API server. */
export async function tryCredentials(
  { hub }: RegistrationTools,
  { cluster }: Joining,
): Promise<void> {
  const secret = await hub.read(SECRETS, secretRef(cluster));
  if (secret === null)
    throw new OpenMcpError(ErrorCode.NotYet, `no credentials of ${cluster} are kept yet`);
  const client = kubeClient(credentialsFromSecret(secret));
  try {
    await Promise.all(
      [NODES, PODS, DEPLOYMENTS].map((resource) =>
        client.list(resource, { labelSelector: 'openmcp.k8s.io/none' }),
      ),
    );
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (codeOf(error) === null) throw error;
    throw new OpenMcpError(
      ErrorCode.NotYet,
      `the new credentials of ${cluster} do not work yet: ${why}`,
    );
  } finally {
    await client.close();
  }
}

/** What made the credentials stays written on them. Lost ones are issued anew. */
export async function renewToken(tools: RegistrationTools, joining: Joining): Promise<string> {
  const secret = await tools.hub.read(SECRETS, secretRef(joining.cluster));
  if (secret === null) return issueAnew(tools, joining);
  const maker = { ...joining, by: secret.metadata.annotations?.[JOINED_BY] ?? null };
  const own = kubeClient(credentialsFromSecret(secret));
  try {
    return await keep(tools, maker, own);
  } catch (error) {
    // The token ended already, or lost its right: the registered kubeconfig is asked instead.
    if (codeOf(error) === null) throw error;
    const registered = await tools.connect(joining.ip);
    try {
      return await keep(tools, maker, registered);
    } finally {
      await registered.close();
    }
  } finally {
    await own.close();
  }
}

/** By the registered kubeconfig, for whichever join made the account: a leave must find them. */
async function issueAnew(tools: RegistrationTools, joining: Joining): Promise<string> {
  const client = await tools.connect(joining.ip);
  try {
    const account = { namespace: OPENMCP_NAMESPACE, name: ACCOUNT };
    const found = await client.read(SERVICE_ACCOUNTS, account);
    if (found === null) {
      throw new OpenMcpError(
        ErrorCode.NotFound,
        `cannot renew the token of ${joining.cluster}: the member has no ServiceAccount ${OPENMCP_NAMESPACE}/${ACCOUNT}; let it leave and join again`,
      );
    }
    const by = found.metadata.annotations?.[JOINED_BY] ?? RENEWAL;
    return await keep(tools, { ...joining, by }, client);
  } finally {
    await client.close();
  }
}

const TokenRequest = z.object({
  status: z.object({ token: z.string().min(1), expirationTimestamp: z.string() }),
});

/** Asks for a token and writes it into the hub's Secret. Returns when it ends. */
async function keep(
  tools: RegistrationTools,
  joining: Joining,
  client: KubeClient,
): Promise<string> {
  const { hub, tokenSeconds, now } = tools;
  const issuedAt = now().toISOString();
  const path = pathOf(SERVICE_ACCOUNTS, {
    namespace: OPENMCP_NAMESPACE,
    name: ACCOUNT,
    subresource: 'token',
  });
  const answer = await client.request('POST', path, {
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: tokenSeconds },
    },
  });
  const { token, expirationTimestamp } = TokenRequest.parse(answer).status;
  const data = {
    server: client.server,
    'ca.crt': await authorityOf(tools, joining, client),
    token,
  };
  await hub.apply(
    SECRETS,
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        ...secretRef(joining.cluster),
        labels: { [CLUSTER_LABEL]: joining.cluster },
        annotations: {
          [TOKEN_EXPIRES]: expirationTimestamp,
          [TOKEN_ISSUED]: issuedAt,
          ...(joining.by !== null && { [JOINED_BY]: joining.by }),
        },
      },
      type: 'Opaque',
      data: Object.fromEntries(
        Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
      ),
    },
    { fieldManager: FIELD_MANAGER, force: true },
  );
  return expirationTimestamp;
}

/** What the member itself says its authority is; every namespace has it. */
async function authorityOf(
  tools: RegistrationTools,
  joining: Joining,
  client: KubeClient,
): Promise<string> {
  if (client.authority !== null) return client.authority;
  const registered = await tools.connect(joining.ip);
  try {
    if (registered.authority !== null) return registered.authority;
    throw new OpenMcpError(
      ErrorCode.Rejected,
      `the kubeconfig of ${joining.ip} has no certificate-authority-data`,
    );
  } finally {
    await registered.close();
  }
}
