/**
 * Volumes that the pods of all members share, from the fleet's NFS server.
 *
 * Where the kernel mounts NFS, pods do so. Where it cannot, the same folders are bound into the nodes and the same
 * PersistentVolumes point there: files are shared just as well, but no byte goes through the server.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { KubeObject } from '../../../../src/kubernetes/object.ts';
import type { Settings } from '../../settings.ts';
import { HOME } from '../node/configs.ts';

export const NFS_PORT = 12049;
const COUNT = 4;
const CLASS = 'nfs';
const names = Array.from({ length: COUNT }, (_, index) => `nfs-${index}`);

export function volumesFolder({ state }: Settings): string {
  return join(state, 'nfs', 'volumes');
}

/** Open to every user: who a process in a pod is, is up to its image. */
export function makeVolumes(settings: Settings): void {
  const before = process.umask(0);
  try {
    for (const name of names)
      mkdirSync(join(volumesFolder(settings), name), { recursive: true, mode: 0o777 });
  } finally {
    process.umask(before);
  }
}

/**
 * Whether pods mount by NFS: decided once for a fleet, since a volume's source cannot be changed. It takes a
 * kernel that knows the file system, and the program that mounts it.
 */
export function mountsNfs({ state }: Settings): boolean {
  const file = join(state, 'nfs', 'volumes-are');
  if (existsSync(file)) return readFileSync(file, 'utf8') === 'mounted';
  const can =
    /^nodev\s+nfs4$/m.test(readFileSync('/proc/filesystems', 'utf8')) &&
    ['/sbin/mount.nfs', '/usr/sbin/mount.nfs'].some((program) => existsSync(program));
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, can ? 'mounted' : 'bound');
  return can;
}

/** By which the server tells nodes and pods from our own processes: these alone may see the registry. */
export function nfsClientAddress({ subnet }: Settings): string {
  return `${subnet}.2`;
}

/** `server`: the address at which nodes reach the NFS server; `mounts`: whether they do. */
export function nfsVolumes(server: string, mounts: boolean): KubeObject[] {
  return [
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: CLASS },
      provisioner: 'kubernetes.io/no-provisioner',
      volumeBindingMode: 'Immediate',
      reclaimPolicy: 'Retain',
    },
    ...names.map((name) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: {
        name,
        annotations: {
          'openmcp.k8s.io/behind': mounts ? 'NFS' : 'a bind mount, since this kernel mounts no NFS',
        },
      },
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteMany', 'ReadWriteOnce'],
        persistentVolumeReclaimPolicy: 'Retain',
        storageClassName: CLASS,
        ...(mounts
          ? {
              mountOptions: ['nfsvers=4.2', `port=${NFS_PORT}`],
              nfs: { server, path: `/volumes/${name}` },
            }
          : { hostPath: { path: `${HOME}/nfs/${name}`, type: 'Directory' } }),
      },
    })),
  ];
}
