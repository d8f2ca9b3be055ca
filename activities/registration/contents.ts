/**
 * Whether a namespace in a member holds anything that is not ours.
 *
 * Every kind is looked at, also those that we have never heard of: deleting a namespace deletes them all.
 */

import * as z from 'zod';
import { KEYS } from '../../src/api/meta.ts';
import type { KubeClient, KubeObject } from '../../src/kubernetes/client.ts';
import type { Resource } from '../../src/kubernetes/resources.ts';
import { askApi, type Holdable } from './discovery.ts';
import { JOINED_BY } from './member-objects.ts';

/** Told about other objects, or a claim that ends by itself: nobody would miss them. */
const PASSING = [
  '/Event',
  'events.k8s.io/Event',
  '/Endpoints',
  'discovery.k8s.io/EndpointSlice',
  'coordination.k8s.io/Lease',
];
/** Kubernetes makes them in every namespace. */
const ITS_OWN = ['/ConfigMap kube-root-ca.crt', '/ServiceAccount default'];

const Owners = z.array(z.object({ apiVersion: z.string(), kind: z.string() })).default([]);

const nameOf = ({ group, kind }: { group: string; kind: string }) => `${group}/${kind}`;

/**
 * What cannot be looked at counts as something of others: the namespace stays, and leaving goes on.
 * Kubernetes could not finish deleting it either while an API of the cluster is away.
 */
export async function holdsOthers(
  client: KubeClient,
  { kinds, incomplete }: Holdable,
  namespace: string,
): Promise<boolean> {
  if (incomplete) return true;
  const inside = new Set(kinds.map(nameOf));
  const answers = await Promise.all(
    kinds
      .filter((kind) => !PASSING.includes(nameOf(kind)))
      .map((kind) => hasOthers(client, kind, namespace, inside)),
  );
  return answers.includes(true);
}

async function hasOthers(
  client: KubeClient,
  kind: Resource,
  namespace: string,
  inside: ReadonlySet<string>,
): Promise<boolean> {
  const answer = await askApi(() => client.list(kind, { namespace, metadataOnly: true }));
  if (answer === 'absent') return false;
  return answer === 'unknown' || answer.items.some((object) => isOfOthers(object, kind, inside));
}

function isOfOthers(
  { metadata }: KubeObject,
  kind: Resource,
  inside: ReadonlySet<string>,
): boolean {
  const { name, labels, annotations } = metadata;
  // One that was handed to us is the user's again, whatever it still says.
  const written = labels?.[KEYS.ownerUid] !== undefined && annotations?.[KEYS.adopted] !== 'true';
  if (written || annotations?.[JOINED_BY] !== undefined) return false;
  if (ITS_OWN.includes(`${nameOf(kind)} ${name}`)) return false;
  // Offspring counts as its owner does, which is looked at too, unless it lives elsewhere.
  const owners = Owners.parse(metadata['ownerReferences']);
  return owners.length === 0 || !owners.every((owner) => inside.has(nameOf(groupOf(owner))));
}

function groupOf({ apiVersion, kind }: { apiVersion: string; kind: string }) {
  const [group = '', version] = apiVersion.split('/');
  return { group: version === undefined ? '' : group, kind };
}
