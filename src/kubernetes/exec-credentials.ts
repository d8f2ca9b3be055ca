/**
 * Signs in by the program that a kubeconfig names (`exec`), with the official client's help.
 *
 * Imported only when asked for: that client costs more memory than the rest of this layer.
 */

import { KubeConfig } from '@kubernetes/client-node';
import { type Credentials, checkCredentials, refused } from './credentials.ts';
import {
  credentialsFromKubeconfig,
  type KubeconfigOptions,
  readContext,
  serverIn,
} from './kubeconfig.ts';

export function credentialsByExec(text: string, options: KubeconfigOptions): Credentials {
  const context = readContext(text, options);
  if (context.user.exec === undefined) return credentialsFromKubeconfig(text, options);
  const source = options.source ?? 'the kubeconfig';
  const config = new KubeConfig();
  config.loadFromString(text);
  config.setCurrentContext(context.name);
  const credentials = {
    ...serverIn(context.cluster, source),
    // It runs the program again when its last answer has expired.
    token: async () => {
      const request: { headers: Record<string, string> } = { headers: {} };
      await config.applyToHTTPSOptions(request);
      const header = request.headers['Authorization'] ?? '';
      if (!header.startsWith('Bearer ')) throw refused(source, 'its program gave no token');
      return header.slice('Bearer '.length);
    },
  };
  checkCredentials(credentials, source);
  return credentials;
}
