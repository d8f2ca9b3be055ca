/** The KubeFedCluster that old tools look for, and the Secret it names. */

import { codeOf, ErrorCode, OpenMcpError } from '../../src/api/errors.ts';
import type { Joining } from '../../src/api/joining.ts';
import { FIELD_MANAGER, KUBEFED_NAMESPACE, OPENMCP_NAMESPACE } from '../../src/api/meta.ts';
import { memberSecretName } from '../../src/fleet/member-secret.ts';
import type { KubeClient, Ref } from '../../src/kubernetes/client.ts';
import { isRecord } from '../../src/kubernetes/object.ts';
import { KUBEFED_CLUSTERS, type Resource, SECRETS } from '../../src/kubernetes/resources.ts';
import { credentialsFromSecret } from '../../src/kubernetes/tokens.ts';
import { notYet, unmake } from './made.ts';
import { JOINED_BY, RENEWAL } from './member-objects.ts';
import type { RegistrationTools } from './tools.ts';

const mirrorRef = (cluster: string) => ({ namespace: KUBEFED_NAMESPACE, name: cluster });
const secretRef = (cluster: string) => ({ namespace: KUBEFED_NAMESPACE, name: `${cluster}-token` });

export async function makeMirror(
  { hub }: RegistrationTools,
  { cluster, by }: Joining,
): Promise<void> {
  const source = await hub.read(SECRETS, {
    namespace: OPENMCP_NAMESPACE,
    name: memberSecretName(cluster),
  });
  if (source === null)
    throw new OpenMcpError(ErrorCode.NotYet, `no credentials of ${cluster} are kept yet`);
  const { server, ca } = credentialsFromSecret(source);
  const maker = by ?? source.metadata.annotations?.[JOINED_BY] ?? RENEWAL;
  // Both are looked at before one is written: a refusal leaves no half.
  const [secret, mirror] = await Promise.all([
    ownMetadata(hub, SECRETS, secretRef(cluster), maker),
    ownMetadata(hub, KUBEFED_CLUSTERS, mirrorRef(cluster), maker),
  ]);
  const options = { fieldManager: FIELD_MANAGER, force: true };
  const data = isRecord(source['data']) ? source['data'] : {};
  await hub.apply(
    SECRETS,
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: secret,
      data: { token: data['token'], 'ca.crt': data['ca.crt'] },
    },
    options,
  );
  await hub.apply(
    KUBEFED_CLUSTERS,
    {
      apiVersion: 'core.kubefed.io/v1beta1',
      kind: 'KubeFedCluster',
      metadata: mirror,
      spec: {
        apiEndpoint: server,
        caBundle: Buffer.from(ca ?? '').toString('base64'),
        secretRef: { name: secret.name },
      },
    },
    options,
  );
}

/** After a renewal: a mirror that is not ours by now is no reason to call the renewal failed. */
export async function refreshMirror(tools: RegistrationTools, joining: Joining): Promise<void> {
  try {
    await makeMirror(tools, joining);
  } catch (error) {
    if (codeOf(error) !== ErrorCode.Rejected) throw error;
  }
}

export async function removeMirror(
  { hub }: RegistrationTools,
  { cluster, by }: Joining,
): Promise<void> {
  await unmake(hub, KUBEFED_CLUSTERS, mirrorRef(cluster), by);
  await unmake(hub, SECRETS, secretRef(cluster), by);
}

/** To apply with: of what is there the uid, as a fence, and its first maker. Refuses what is not ours. */
async function ownMetadata(hub: KubeClient, resource: Resource, ref: Ref, maker: string) {
  const found = await hub.read(resource, ref);
  if (found === null) return { ...ref, annotations: { [JOINED_BY]: maker } };
  const { uid, annotations, deletionTimestamp } = found.metadata;
  if (deletionTimestamp !== undefined) throw notYet(resource, ref.name);
  const first = annotations?.[JOINED_BY];
  if (first === undefined) {
    const what = `${resource.kind} ${ref.namespace}/${ref.name}`;
    throw new OpenMcpError(
      ErrorCode.Rejected,
      `cannot mirror the cluster: ${what} exists on the hub and is not ours; remove it, or join under another name`,
    );
  }
  return { ...ref, uid, annotations: { [JOINED_BY]: first } };
}
