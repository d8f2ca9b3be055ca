/**
 * Volumes for claims: a folder on the node that runs the pod, made and removed by short-lived pods.
 *
 * Only real nodes have folders; a claim of a pod on a fake node stays pending.
 */

import type { KubeObject } from '../../../../src/kubernetes/object.ts';
import type { Build, Context, Process } from '../../component.ts';
import { objectsIn } from '../../manifests.ts';
import { type ClusterPlace, paths } from '../../settings.ts';

export const build: Build = {
  kind: 'go',
  component: 'local-path',
  version: '0.0.30',
  target: 'tool',
  programs: ['local-path-provisioner'],
};

/** Must be there before the process starts: it reads its ConfigMap once. */
export function manifests(): KubeObject[] {
  return objectsIn(new URL('manifests.yaml', import.meta.url));
}

/** It listens on nothing; without its ConfigMap it ends at once. */
export function localPath({ settings, built }: Context, place: ClusterPlace): Process {
  return {
    name: `${place.name}/local-path`,
    command: built.program('local-path', 'local-path-provisioner'),
    // It has no leader election, and takes the rest from the ConfigMap in its default namespace.
    args: ['start', `--kubeconfig=${paths.kubeconfig(settings, place.name)}`],
    listens: [],
    ready: () => Promise.resolve(),
    stopSeconds: 3,
  };
}
