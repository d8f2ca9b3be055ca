/** NFS-Ganesha with the registry export, over NFSv4. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Build, Context, Process } from '../../component.ts';
import { librariesOf } from '../../debian.ts';
import { portOpen } from '../../ready.ts';
import { type Settings, serviceAddress } from '../../settings.ts';
import { makeVolumes, NFS_PORT, nfsClientAddress, volumesFolder } from './volumes.ts';

export const build: Build = {
  kind: 'debian',
  component: 'nfs',
  version: '4.3',
  packages: ['nfs-ganesha', 'nfs-ganesha-vfs', 'nfs-ganesha-mem'],
  program: 'root/usr/bin/ganesha.nfsd',
};

export function nfsUrl(settings: Settings): string {
  return `nfs://${serviceAddress(settings)}:${NFS_PORT}/export`;
}

export function exportFolder({ state }: Settings): string {
  return join(state, 'nfs', 'export');
}

export function nfs({ settings, built }: Context): Process {
  const host = serviceAddress(settings);
  const folder = join(settings.state, 'nfs');
  const root = join(built.folder('nfs'), 'root');
  const library = librariesOf(root);
  for (const name of ['recovery', 'cc', 'export']) {
    mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
  }
  makeVolumes(settings);
  const config = join(folder, 'ganesha.conf');
  writeFileSync(config, configuration(settings, library));
  writeFileSync(join(folder, 'idmapd.conf'), IDMAP);
  return {
    name: 'nfs',
    command: join(root, 'usr/bin/ganesha.nfsd'),
    args: [
      '-F',
      '-f',
      config,
      '-L',
      'STDOUT',
      '-p',
      join(folder, 'ganesha.pid'),
      '-N',
      'NIV_EVENT',
    ],
    env: {
      LD_LIBRARY_PATH: [join(root, 'usr/lib/ganesha'), library, join(library, 'libnfsidmap')].join(
        ':',
      ),
    },
    listens: [{ host, port: NFS_PORT }],
    ready: () => portOpen(host, NFS_PORT),
    stopSeconds: 5,
  };
}

const IDMAP = `[General]
Domain = localdomain
[Mapping]
Nobody-User = nobody
Nobody-Group = nogroup
[Translation]
Method = nsswitch
`;

/** What pods mount; the registry is not for them. */
function volumesExport(settings: Settings): string {
  return `EXPORT {
    Export_Id = 2;
    Path = "${volumesFolder(settings)}";
    Pseudo = /volumes;
    Protocols = 4; Transports = TCP;
    Access_Type = RW; Squash = No_Root_Squash; SecType = sys, none;
    FSAL { Name = VFS; }
}
`;
}

/** Files need root (their handles are opened by number); an ordinary user gets an export in memory. */
function configuration(settings: Settings, library: string): string {
  const folder = join(settings.state, 'nfs');
  const isRoot = process.getuid?.() === 0;
  const path = isRoot ? exportFolder(settings) : '/mem';
  const store = isRoot ? 'FSAL { Name = VFS; }' : 'FSAL { Name = MEM; }';
  return `NFS_CORE_PARAM {
    Bind_Addr = ${serviceAddress(settings)};
    NFS_Port = ${NFS_PORT};
    Protocols = 4;
    Enable_NLM = false;
    Enable_RQUOTA = false;
    Plugins_Dir = "${library}/ganesha";
}
NFSv4 {
    Graceless = true;
    Minor_Versions = 0, 1, 2;
    RecoveryBackend = fs;
    RecoveryRoot = "${folder}/recovery";
    Only_Numeric_Owners = true;
    IdmapConf = "${folder}/idmapd.conf";
}
NFS_KRB5 { Active_krb5 = false; CCacheDir = "${folder}/cc"; }
MEM { Inode_Size = 2097152; }
EXPORT {
    Export_Id = 1;
    Path = "${path}";
    Pseudo = /export;
    Protocols = 4; Transports = TCP;
    Access_Type = RW; Squash = No_Root_Squash; SecType = sys, none;
    CLIENT { Clients = ${nfsClientAddress(settings)}; Access_Type = None; }
    ${store}
}
${isRoot ? volumesExport(settings) : ''}LOG { Default_Log_Level = EVENT; }
`;
}
