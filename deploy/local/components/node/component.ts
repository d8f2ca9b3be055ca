/** What real nodes are built of. */

import type { Build } from '../../component.ts';

export const containerdBuild: Build = {
  kind: 'go',
  component: 'containerd',
  version: '2.4.2',
  target: 'tool',
  programs: ['containerd', 'containerd-shim-runc-v2', 'ctr'],
};

/** What a node needs that few machines have. */
export const build: Build = {
  kind: 'debian',
  component: 'node',
  version: '12',
  packages: ['runc', 'containernetworking-plugins', 'nftables', 'tini'],
  program: 'root/usr/sbin/runc',
};
