/** The proxy that answers for Ingresses; what it serves it hears from Contour. */

import type { Build } from '../../component.ts';

export const build: Build = {
  kind: 'script',
  component: 'envoy',
  version: '1.40.0',
  script: 'fetch.sh',
  program: 'envoy',
};
