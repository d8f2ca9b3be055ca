/** The images of a fleet with real nodes, as archives to import: there is no registry to pull from. */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Built } from '../../component.ts';
import { ensureArchive, type Image } from '../../oci.ts';
import type { LayerEntry } from '../../oci-layer.ts';
import { nginxFiles } from './nginx.ts';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Nobody in particular, so that pods may say `runAsNonRoot`. */
const SOMEBODY = '65532:65532';
const PORT = 8080;
const NGINX_TAGS = [
  'docker.io/library/nginx:latest',
  'docker.io/library/nginx:stable',
  'docker.io/library/nginx:1',
] as const;

/** The archives of all images in this folder; those whose content has changed are written anew. */
export async function ensureArchives(
  built: Built,
  folder: string,
  say: (line: string) => void,
): Promise<string[]> {
  const archives: string[] = [];
  for (const image of await images(built)) archives.push(await ensureArchive(image, folder, say));
  return archives;
}

async function images(built: Built): Promise<Image[]> {
  const own = (name: string) => built.program('images', name);
  return [
    program(own('pause'), 'pause', { user: SOMEBODY }),
    program(own('web'), 'web', { user: SOMEBODY, exposedPorts: [PORT] }),
    // As root, which owns the folders that volumes bring.
    program(own('writer'), 'writer', { user: '0:0', exposedPorts: [PORT] }, [
      { kind: 'folder', path: '/data', mode: 0o755 },
    ]),
    program(own('load'), 'load', { user: SOMEBODY }),
    program(built.program('coredns', 'coredns'), 'coredns', { user: '0:0' }),
    await busybox(join(built.folder('busybox'), 'root/bin/busybox')),
    nginx(join(built.folder('nginx'), 'root')),
  ];
}

/** A static program alone. */
function program(
  from: string,
  name: string,
  config: Image['config'],
  more: readonly LayerEntry[] = [],
): Image {
  return {
    names: [`docker.io/local/${name}:1`],
    layer: [{ kind: 'file', path: `/${name}`, from, mode: 0o755 }, ...more],
    config: { ...config, entrypoint: [`/${name}`], env: { PATH: '/' } },
  };
}

/** A shell and its tools, for whoever looks around in a pod. */
async function busybox(from: string): Promise<Image> {
  const { stdout } = await promisify(execFile)(from, ['--list-full']);
  const applets = stdout
    .trim()
    .split('\n')
    .filter((path) => path !== 'bin/busybox');
  return {
    names: ['docker.io/local/busybox:1'],
    layer: [
      { kind: 'file', path: '/bin/busybox', from, mode: 0o755 },
      ...applets.map((path) => ({
        kind: 'link' as const,
        path: `/${path}`,
        target: '/bin/busybox',
      })),
      { kind: 'folder', path: '/root', mode: 0o700 },
      ...users({ nobody: 65534 }),
    ],
    config: { cmd: ['sh'], env: { PATH }, user: '0:0' },
  };
}

function nginx(root: string): Image {
  return {
    // `image: nginx`, and tags that people are used to.
    names: NGINX_TAGS,
    layer: [...nginxFiles(root), ...users({ 'www-data': 33, nobody: 65534 })],
    config: {
      entrypoint: ['nginx', '-g', 'daemon off;'],
      env: { PATH },
      user: '0:0',
      exposedPorts: [80],
      stopSignal: 'SIGQUIT',
    },
  };
}

/** Root and others as the system knows them, and the folder that all of them may write to. */
function users(others: Readonly<Record<string, number>>): LayerEntry[] {
  const all = Object.entries(others);
  const passwd = all.map(([name, id]) => `${name}:x:${id}:${id}:${name}:/:/usr/sbin/nologin\n`);
  const group = all.map(([name, id]) => `${name}:x:${id}:\n`);
  return [
    {
      kind: 'text',
      path: '/etc/passwd',
      text: `root:x:0:0:root:/root:/bin/sh\n${passwd.join('')}`,
      mode: 0o644,
    },
    {
      kind: 'text',
      path: '/etc/group',
      text: `root:x:0:\n${group.join('')}`,
      mode: 0o644,
    },
    { kind: 'folder', path: '/tmp', mode: 0o1777 },
  ];
}
