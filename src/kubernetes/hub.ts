/** The client for the hub: by the operator's kubeconfig, or by the account of the pod we run in. */

import { ErrorCode, OpenMcpError } from '../api/errors.ts';
import { type KubeClient, kubeClient } from './client.ts';
import { credentialsFromFile, inClusterCredentials } from './own-credentials.ts';

export async function hubClient(settings: {
  readonly OPENMCP_KUBECONFIG?: string | undefined;
  readonly KUBERNETES_SERVICE_HOST: string;
  readonly KUBERNETES_SERVICE_PORT: string;
}): Promise<KubeClient> {
  const { OPENMCP_KUBECONFIG: file, KUBERNETES_SERVICE_HOST: host } = settings;
  if (file !== undefined) return kubeClient(await credentialsFromFile(file, { allowExec: true }));
  if (host === '') {
    throw new OpenMcpError(
      ErrorCode.Rejected,
      'cannot reach the hub: set OPENMCP_KUBECONFIG, or run in a pod with a service account',
    );
  }
  return kubeClient(await inClusterCredentials({ host, port: settings.KUBERNETES_SERVICE_PORT }));
}
