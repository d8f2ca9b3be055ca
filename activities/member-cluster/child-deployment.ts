/** The Deployment that a member gets for an OpenMCPDeployment. */

import { API_VERSION, KEYS } from '../../src/api/meta.ts';
import type { KubeObject } from '../../src/kubernetes/client.ts';

type Json = Readonly<Record<string, unknown>>;

export interface ChildOptions {
  readonly replicas: number;
  /** The member object's uid where one is known: the apply fails when it is another by now. */
  readonly uid: string | undefined;
  /** The object as it stands, when it had to be looked at. An adopted one keeps its own selector. */
  readonly live: KubeObject | null;
}

/**
 * Builds it from the raw resource, so that fields we do not know travel through unharmed.
 *
 * The selector is the owner's uid alone: selectors are immutable, so one made of the user's labels
 * (as the original did) would make those labels immutable too.
 */
export function childDeployment(owner: KubeObject, options: ChildOptions): KubeObject {
  const { metadata } = owner;
  const spec = object(owner['spec']);
  const template = object(spec['template']);
  const inner = object(template['spec']);
  const pod = object(inner['template']);
  const uid = metadata.uid ?? '';
  const selector = ownSelector(options.live, uid);
  const podMetadata = object(pod['metadata']);
  const labels = {
    ...object(podMetadata['labels']),
    ...object(spec['labels']),
    ...selector,
    [KEYS.ownerUid]: uid,
  };
  const outer = object(template['metadata']);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: metadata.name,
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      ...(options.uid !== undefined && { uid: options.uid }),
      labels: { ...strings(outer['labels']), ...strings(spec['labels']), [KEYS.ownerUid]: uid },
      annotations: { ...strings(outer['annotations']), [KEYS.owner]: ownerOf(owner) },
    },
    spec: {
      ...inner,
      replicas: options.replicas,
      selector: { matchLabels: selector },
      template: {
        ...pod,
        metadata: { ...podMetadata, labels },
        spec: withoutNeeds(object(pod['spec'])),
      },
    },
  };
}

export function replicasOf(deployment: KubeObject): number {
  const { replicas } = object(deployment['spec']);
  return typeof replicas === 'number' ? replicas : 1;
}

function ownSelector(live: KubeObject | null, uid: string): Readonly<Record<string, string>> {
  const adopted =
    live?.metadata.annotations?.[KEYS.adopted] === 'true' ||
    live?.metadata.labels?.[KEYS.ownerUid] !== uid;
  if (live === null || !adopted) return { [KEYS.ownerUid]: uid };
  return strings(object(object(live['spec'])['selector'])['matchLabels']);
}

function ownerOf({ metadata, kind }: KubeObject): string {
  const { namespace, name, uid, generation } = metadata;
  return JSON.stringify({ apiVersion: API_VERSION, kind, namespace, name, uid, generation });
}

/** `resources.needs` speaks to our scheduler; a member's API server does not know it. */
function withoutNeeds(podSpec: Json): Json {
  const stripped: Record<string, unknown> = { ...podSpec };
  for (const field of ['containers', 'initContainers']) {
    const containers = podSpec[field];
    if (Array.isArray(containers))
      stripped[field] = containers.map((container) => bare(object(container)));
  }
  return stripped;
}

function bare(container: Json): Json {
  if (container['resources'] === undefined) return container;
  const { needs: _, ...resources } = object(container['resources']);
  return { ...container, resources };
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function strings(value: unknown): Readonly<Record<string, string>> {
  const pairs = Object.entries(object(value));
  return Object.fromEntries(
    pairs.flatMap(([key, text]) => (typeof text === 'string' ? [[key, text]] : [])),
  );
}
