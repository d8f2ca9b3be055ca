/** What the images of a fleet with real nodes are made of. */

import type { Build } from '../../component.ts';

export const build: Build = {
  kind: 'go',
  component: 'images',
  version: '1',
  target: { packages: './...' },
  programs: ['pause', 'web', 'writer', 'load'],
  isStatic: true,
};

/** nginx and the libraries that it loads: an image holds no others. */
export const nginxBuild: Build = {
  kind: 'debian',
  component: 'nginx',
  version: '1.22',
  packages: ['nginx', 'nginx-common', 'libc6', 'libcrypt1', 'libpcre2-8-0', 'libssl3', 'zlib1g'],
  isExact: true,
  program: 'root/usr/sbin/nginx',
};

export const busyboxBuild: Build = {
  kind: 'debian',
  component: 'busybox',
  version: '1.35',
  packages: ['busybox-static'],
  isExact: true,
  program: 'root/bin/busybox',
};
