/**
 * Volumes that the pods of all members share, from the fleet's NFS server.
 *
 * Where the kernel mounts NFS, pods do so. Where it cannot, the same folders are bound into the nodes and the same
 * PersistentVolumes point there: files are shared just as well, but no byte goes through the server.
 */

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** The kernel knows the file system, and the program that mounts it is there. */
export function canMountNfs(): boolean {
  return (
    /^nodev\s+nfs4$/m.test(readFileSync('/proc/filesystems', 'utf8')) &&
    ['/sbin/mount.nfs', '/usr/sbin/mount.nfs'].some((file) => existsSync(file))
  );
}

/** `server`: the address at which nodes reach the NFS server. */
export function nfsVolumes(server: string, mounts = canMountNfs()): KubeObject[] {
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
