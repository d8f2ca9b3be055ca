/** The Deployment that a member gets for an OpenMCPDeployment. */

import { API_VERSION, FIELD_MANAGER, KEYS, MEMBERS_OWN } from '../../src/api/meta.ts';
import type { KubeObject } from '../../src/kubernetes/client.ts';

type Json = Readonly<Record<string, unknown>>;

export interface ChildOptions {
  /** Null leaves them to whoever owns them in the member. */
  readonly replicas: number | null;
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
  const selector = selectorOf(options.live, uid);
  const podMetadata = object(pod['metadata']);
  const labels = {
    ...object(podMetadata['labels']),
    ...object(spec['labels']),
    [KEYS.ownerUid]: uid,
    // Last, since it cannot change: a selector from before may ask for another owner.
    ...strings(selector['matchLabels']),
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
      annotations: { ...withoutOwn(outer['annotations']), [KEYS.owner]: ownerOf(owner) },
    },
    spec: {
      ...inner,
      ...(options.replicas !== null && { replicas: options.replicas }),
      selector,
      template: {
        ...pod,
        metadata: { ...podMetadata, labels },
        spec: withoutNeeds(object(pod['spec'])),
      },
    },
  };
}

/**
 * The replicas to apply where an HPA scales: null once it has taken them from us, else those that it
 * finds. A field that we leave out while it is still ours would fall back to 1.
 */
export function scaledReplicas(live: KubeObject): number | null {
  const ours = managers(live).find(
    ({ manager, operation }) => manager === FIELD_MANAGER && operation === 'Apply',
  );
  if (object(object(ours?.['fieldsV1'])['f:spec'])['f:replicas'] === undefined) return null;
  const { replicas } = object(live['spec']);
  return typeof replicas === 'number' ? replicas : 1;
}

function managers({ metadata }: KubeObject): Json[] {
  const entries = metadata['managedFields'];
  return Array.isArray(entries) ? entries.map(object) : [];
}

/** Immutable: that of an object which was adopted, or made for an owner before, stays as it is. */
function selectorOf(live: KubeObject | null, uid: string): Json {
  if (live === null) return { matchLabels: { [KEYS.ownerUid]: uid } };
  return object(object(live['spec'])['selector']);
}

function withoutOwn(annotations: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(strings(annotations)).filter(([key]) => !MEMBERS_OWN.includes(key)),
  );
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
