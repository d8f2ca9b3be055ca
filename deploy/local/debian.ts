/** Where unpacked Debian packages have what they need at run time. */

import { join } from 'node:path';

/** Debian's name of this kind of machine (dpkg-architecture, DEB_HOST_MULTIARCH). */
const MULTIARCH = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';

/** Shared libraries below an unpacked root. */
export function librariesOf(root: string): string {
  return join(root, 'usr/lib', MULTIARCH);
}
