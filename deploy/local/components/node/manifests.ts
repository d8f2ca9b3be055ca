/** What a member has where pods are real: names, volumes, addresses, Ingresses, images that are never pulled. */

import type { KubeObject } from '../../../../src/kubernetes/object.ts';
import type { Context } from '../../component.ts';
import { objectsIn } from '../../manifests.ts';
import { manifests as contour, crds as contourCrds } from '../contour/component.ts';
import { manifests as coredns } from '../coredns/component.ts';
import { manifests as localPath } from '../local-path/component.ts';
import { manifests as metallb } from '../metallb-stand-in/component.ts';
import type { InnerPlace } from '../network/addresses.ts';
import { mountsNfs, nfsVolumes } from '../nfs/volumes.ts';

/** CRDs apart, since what they define needs them. */
export function objectsForPods(
  { settings, built }: Context,
  inner: InnerPlace,
): { readonly crds: KubeObject[]; readonly objects: KubeObject[] } {
  const [first] = inner.nodes;
  const addresses = metallb();
  const all = [
    ...objectsIn(new URL('../images/policy.yaml', import.meta.url)),
    ...coredns(),
    ...localPath(),
    ...nfsVolumes(inner.api, mountsNfs(settings)),
    ...addresses,
    ...contourCrds(built),
    ...(first === undefined ? [] : contour(first.address)),
  ];
  return {
    crds: all.filter(isCrd),
    objects: all.filter((object) => !isCrd(object)),
  };
}

const isCrd = ({ kind }: KubeObject) => kind === 'CustomResourceDefinition';
