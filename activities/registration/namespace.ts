/** Our namespace in a member goes only when nothing of others is in it. */

import { ErrorCode, OpenMcpError } from '../../src/api/errors.ts';
import { KEYS, OPENMCP_NAMESPACE } from '../../src/api/meta.ts';
import type { KubeClient, KubeObject } from '../../src/kubernetes/client.ts';
import {
  CONFIG_MAPS,
  DEPLOYMENTS,
  NAMESPACES,
  PODS,
  SECRETS,
  SERVICES,
} from '../../src/kubernetes/resources.ts';
import { unmake } from './made.ts';
import { JOINED_BY } from './member-objects.ts';

/** What people would miss. Every namespace gets the first one from Kubernetes itself. */
const LOOKED_AT = [CONFIG_MAPS, DEPLOYMENTS, PODS, SECRETS, SERVICES];
const ITS_OWN = ['kube-root-ca.crt'];

export async function removeNamespace(client: KubeClient, by: string | null): Promise<void> {
  const lists = await Promise.all(
    LOOKED_AT.map((resource) => client.list(resource, { namespace: OPENMCP_NAMESPACE })),
  );
  const objects = lists.flatMap(({ items }) => items);
  if (objects.some(isForeign)) return letGo(client, by);
  if (objects.some((object) => object.metadata.labels?.[KEYS.ownerUid] !== undefined)) {
    throw new OpenMcpError(
      ErrorCode.NotYet,
      `pods of ours are still ending in namespace ${OPENMCP_NAMESPACE}`,
    );
  }
  await unmake(client, NAMESPACES, { name: OPENMCP_NAMESPACE }, by);
}

function isForeign({ metadata }: KubeObject): boolean {
  const ours =
    metadata.labels?.[KEYS.ownerUid] !== undefined ||
    metadata.annotations?.[JOINED_BY] !== undefined;
  return !ours && !ITS_OWN.includes(metadata.name);
}

/** Others live in it: it stays, and is not ours any more. */
async function letGo(client: KubeClient, by: string | null): Promise<void> {
  const found = await client.read(NAMESPACES, { name: OPENMCP_NAMESPACE });
  const maker = found?.metadata.annotations?.[JOINED_BY];
  if (found === null || maker === undefined || (by !== null && maker !== by)) return;
  const metadata = { annotations: { [JOINED_BY]: null } };
  await client.patch(NAMESPACES, { name: OPENMCP_NAMESPACE }, { metadata }, { type: 'merge' });
}
