/** KubeFedCluster: KubeFed is archived; the mirror is kept so that old tools still find the members. */

import * as z from 'zod';
import { Conditions } from './conditions.ts';
import { AGE, anyObject, conditionColumn, type Kind } from './kind.ts';

export const KUBEFED_CLUSTER: Kind = {
  kind: 'KubeFedCluster',
  plural: 'kubefedclusters',
  shortNames: [],
  group: 'core.kubefed.io',
  version: 'v1beta1',
  description: 'A mirror of a joined OpenMCPCluster, for tools that know KubeFed.',
  fields: {
    spec: z
      .object({
        apiEndpoint: z.string().describe('Address of the API server.'),
        caBundle: z.string().optional().describe('Its authority, PEM in base64.'),
        secretRef: z
          .object({ name: z.string().describe('Name of the Secret.') })
          .describe('Where its token is.'),
        proxyURL: z.string().optional().describe('Not used.'),
        disabledTLSValidations: z
          .array(z.string())
          .optional()
          .describe('Not used: TLS is always verified.'),
      })
      .describe('How it is reached.'),
    status: z
      .object({
        conditions: Conditions.optional(),
        region: z.string().optional().describe('Its region.'),
        zones: z.array(z.string()).optional().describe('Its zones.'),
        kubernetesVersion: z.string().optional().describe('Its version.'),
        details: anyObject('Not used.').optional(),
      })
      .describe('How it stands.'),
  },
  columns: [conditionColumn('Ready', 'Ready'), AGE],
};
