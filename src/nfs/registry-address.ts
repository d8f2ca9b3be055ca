/** What may name a cluster in the registry. It becomes the name of a folder, so it cannot lead elsewhere. */

import { isIP } from 'node:net';

const HOST_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/i;

export function isAddress(text: string): boolean {
  return isIP(text) !== 0 || HOST_NAME.test(text);
}
