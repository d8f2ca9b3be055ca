/** What the steps of a join work with. */

import type { KubeClient } from '../../src/kubernetes/client.ts';

export interface RegistrationTools {
  readonly hub: KubeClient;
  /** A client by the registered kubeconfig of that member. The caller closes it. */
  readonly connect: (ip: string) => Promise<KubeClient>;
  /** Moves the member's folder in the registry; already there is success. */
  readonly moveMember: (ip: string, to: 'join' | 'unjoin') => Promise<void>;
  readonly now: () => Date;
  /** Lifetime asked for tokens. */
  readonly tokenSeconds: number;
}
