/** The KubeFedCluster that old tools look for. */

import { ErrorCode, OpenMcpError } from '../../src/api/errors.ts';
import type { Joining } from '../../src/api/joining.ts';
import { FIELD_MANAGER, KUBEFED_NAMESPACE, OPENMCP_NAMESPACE } from '../../src/api/meta.ts';
import { memberSecretName } from '../../src/fleet/member-secret.ts';
import { KUBEFED_CLUSTERS, SECRETS } from '../../src/kubernetes/resources.ts';
import { credentialsFromSecret } from '../../src/kubernetes/tokens.ts';
import { JOINED_BY } from './member-objects.ts';
import type { RegistrationTools } from './steps.ts';

export function mirrorSecretName(cluster: string): string {
  return `${cluster}-token`;
}

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
  const annotations = by === null ? {} : { [JOINED_BY]: by };
  const options = { fieldManager: FIELD_MANAGER, force: true };
  const data = isTexts(source['data']) ? source['data'] : {};
  await hub.apply(
    SECRETS,
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: KUBEFED_NAMESPACE, name: mirrorSecretName(cluster), annotations },
      data: { token: data['token'], 'ca.crt': data['ca.crt'] },
    },
    options,
  );
  await hub.apply(
    KUBEFED_CLUSTERS,
    {
      apiVersion: 'core.kubefed.io/v1beta1',
      kind: 'KubeFedCluster',
      metadata: { namespace: KUBEFED_NAMESPACE, name: cluster, annotations },
      spec: {
        apiEndpoint: server,
        caBundle: Buffer.from(ca ?? '').toString('base64'),
        secretRef: { name: mirrorSecretName(cluster) },
      },
    },
    options,
  );
}

function isTexts(value: unknown): value is Record<string, string> {
  return typeof value === 'object' && value !== null;
}
