/** OpenMCPCluster: a member, and whether it shall be one. */

import * as z from 'zod';
import { AGE, commonStatus, conditionColumn, type Kind, rules } from './kind.ts';

const JoinStatus = z.enum(['UNJOIN', 'JOINING', 'JOIN', 'UNJOINING']);

/** Which joinStatus may follow which. From JOINING on, only the sagas write the one that ends them. */
const FOLLOWS = {
  UNJOIN: ['JOINING'],
  JOINING: ['JOIN', 'UNJOIN'],
  JOIN: ['UNJOINING'],
  UNJOINING: ['UNJOIN', 'JOIN'],
} as const;
const FIX = {
  UNJOIN: 'it is no member: set JOINING, and JOIN follows by itself',
  JOINING: 'it is joining: set UNJOIN to call that off',
  JOIN: 'it is a member: set UNJOINING, and UNJOIN follows by itself',
  UNJOINING: 'it is leaving: set JOIN to call that off, or wait until it has left',
} as const;

const transitions = JoinStatus.options.map((from) => {
  const allowed = [from, ...FOLLOWS[from]].map((to) => `'${to}'`).join(', ');
  return {
    rule: `oldSelf.joinStatus != '${from}' || self.joinStatus in [${allowed}]`,
    message: `spec.joinStatus cannot become that: ${FIX[from]}`,
    fieldPath: '.joinStatus',
  };
});

const taint = z.object({
  key: z.string().min(1).describe('Key that a toleration names.'),
  value: z.string().optional().describe('Value that a toleration may name.'),
  effect: z
    .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
    .describe(
      'NoSchedule keeps new workloads away, NoExecute moves those that are there, PreferNoSchedule asks.',
    ),
});

/** The product's own state: who writes it by hand would have a member that nothing was made in. */
const born = {
  rule: "oldSelf.hasValue() || self.joinStatus in ['UNJOIN', 'JOINING']",
  message:
    'spec.joinStatus of a new cluster cannot be that: set JOINING, and JOIN follows by itself',
  fieldPath: '.joinStatus',
  optionalOldSelf: true,
} as const;

/**
 * It becomes the name of a folder in the registry, see src/nfs/registry-address.ts. The rule is the
 * field's own, so that one which was there before the rule holds up no change of another field.
 */
const serverIP = z
  .string()
  .max(253)
  .meta(
    rules({
      rule: "isIP(self) || self.matches('^[A-Za-z0-9]([-A-Za-z0-9.]{0,251}[A-Za-z0-9])?$')",
      message: 'spec.serverIP must be an IP address or a host name',
    }),
  );

/** No address has more characters (INET6_ADDRSTRLEN of POSIX, without its end). */
const LONGEST_IP = 45;

/** CEL: an IPv4 address as a number. */
const numberOf = (address: string): string =>
  [16_777_216, 65_536, 256, 1]
    .map((weight, index) => `int(${address}.split('.')[${index}]) * ${weight}`)
    .join(' + ');

const metalLBRange = z
  .object({
    addressFrom: z.string().max(LONGEST_IP).describe('First address.'),
    addressTo: z.string().max(LONGEST_IP).describe('Last address.'),
  })
  .meta(
    rules(
      ...(['addressFrom', 'addressTo'] as const).map((field) => ({
        rule: `isIP(self.${field})`,
        message: `spec.metalLBRange.${field} must be an IP address`,
        fieldPath: `.${field}`,
      })),
      {
        rule: '!isIP(self.addressFrom) || !isIP(self.addressTo) || ip(self.addressFrom).family() == ip(self.addressTo).family()',
        message: 'spec.metalLBRange must begin and end with addresses of one family',
      },
      {
        rule: `[self.addressFrom, self.addressTo].exists(each, !isIP(each) || ip(each).family() != 4) || ${numberOf('self.addressFrom')} <= ${numberOf('self.addressTo')}`,
        message: 'spec.metalLBRange must not end before it begins',
      },
    ),
  );

const spec = z
  .object({
    joinStatus: JoinStatus.default('UNJOIN').describe(
      'Edit it to JOINING to join, to UNJOINING to leave; the product sets JOIN and UNJOIN when that is done.',
    ),
    serverIP: serverIP
      .optional()
      .describe(
        'Address under which the member is registered; the name of its folder in the registry.',
      ),
    clusterPlatformType: z
      .enum(['On-Premise', 'GKE', 'EKS', 'AKS'])
      .default('On-Premise')
      .describe('What kind of cluster it is.'),
    clusterNetworkLocation: z
      .enum(['internal', 'external'])
      .default('internal')
      .describe('Whether it is in the network of the hub.'),
    joinStatusTime: z.string().optional().describe('When it joined last, RFC 3339.'),
    unJoinStatusTime: z.string().optional().describe('When it left last, RFC 3339.'),
    nodeInfo: z
      .object({
        region: z.string().optional().describe('Region that its nodes are labelled with.'),
        zone: z
          .string()
          .optional()
          .describe('Zone that its nodes are labelled with, or several by comma.'),
      })
      .optional()
      .describe('Where it is; the labels of its nodes count where this says nothing.'),
    metalLBRange: metalLBRange
      .optional()
      .describe('Addresses that its LoadBalancer services may take, by MetalLB in the member.'),
    kubeconfigInfo: z
      .string()
      .optional()
      .describe('Accepted for compatibility and not read: kubeconfigs are in the registry.'),
    unjoinPolicy: z
      .enum(['Relocate', 'Remove'])
      .default('Relocate')
      .describe('Relocate: workloads run elsewhere before they leave. Remove: they leave at once.'),
    force: z
      .boolean()
      .default(false)
      .describe(
        'Leave even if the member cannot be reached; what is owed to it is done when it returns.',
      ),
    taints: z
      .array(taint)
      .optional()
      .describe('What keeps workloads away unless they tolerate it.'),
  })
  .describe('What it is, and whether it shall be a member.')
  .meta(
    rules(
      {
        rule: "self.joinStatus == 'UNJOIN' || has(self.serverIP)",
        message:
          'spec.serverIP is needed to join: the address that `openmcp register member` printed',
        fieldPath: '.serverIP',
      },
      {
        rule: "oldSelf.joinStatus == 'UNJOIN' || !has(oldSelf.serverIP) || (has(self.serverIP) && self.serverIP == oldSelf.serverIP)",
        message: 'spec.serverIP cannot change while the cluster is joined: let it leave first',
        fieldPath: '.serverIP',
      },
      born,
      ...transitions,
    ),
  );

const status = z
  .object({
    ...commonStatus,
    version: z.string().optional().describe('Kubernetes version of the member.'),
    nodes: z.int().optional().describe('Nodes of the member.'),
    join: z
      .object({
        step: z.string().optional().describe('What is being done.'),
        done: z.int().optional().describe('Steps done.'),
        total: z.int().optional().describe('Steps in all.'),
        message: z.string().optional().describe('What a person needs to know.'),
        startedAt: z.string().optional().describe('Since when, RFC 3339.'),
      })
      .optional()
      .describe('How far a join or a leave is.'),
    credentials: z
      .object({ expiresAt: z.string().optional().describe('When the token ends, RFC 3339.') })
      .optional()
      .describe('The credentials that we hold for it.'),
    addresses: z
      .string()
      .optional()
      .describe('Addresses that its LoadBalancer services may take now, from-to.'),
    owed: z
      .array(
        z.object({
          kind: z.string().describe('Kind of what must go there; Member for all that a join made.'),
          namespace: z.string().describe('Its namespace.'),
          name: z.string().describe('Its name.'),
          ownerUid: z.string().describe('Uid of the owner that is gone.'),
          since: z.string().optional().describe('Since when, RFC 3339.'),
        }),
      )
      .optional()
      .describe('Clean-up that could not be done while the member was away.'),
    workflow: z
      .object({ id: z.string().describe('Workflow id.'), runId: z.string().describe('Run.') })
      .optional()
      .describe('Where Temporal shows what was done.'),
  })
  .describe('How it stands.');

export const CLUSTER: Kind = {
  kind: 'OpenMCPCluster',
  plural: 'openmcpclusters',
  shortNames: ['oc'],
  description: 'A member cluster, or one that could be.',
  fields: { spec, status },
  rules: [
    {
      // Asked once: a name cannot change, and one from before this rule must be able to leave.
      rule: "oldSelf.hasValue() || (self.metadata.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$') && size(self.metadata.name) <= 63)",
      message:
        'metadata.name of a cluster must be a DNS label: small letters, digits and -, at most 63, no dots',
      optionalOldSelf: true,
    },
  ],
  columns: [
    {
      name: 'Status',
      type: 'string',
      jsonPath: '.spec.joinStatus',
      description: 'Whether it is a member.',
    },
    conditionColumn('Ready', 'Ready'),
    {
      name: 'Platform',
      type: 'string',
      jsonPath: '.spec.clusterPlatformType',
      description: 'What kind it is.',
    },
    { name: 'Region', type: 'string', jsonPath: '.spec.nodeInfo.region', description: 'Region.' },
    { name: 'Zone', type: 'string', jsonPath: '.spec.nodeInfo.zone', description: 'Zone.' },
    {
      name: 'Version',
      type: 'string',
      jsonPath: '.status.version',
      description: 'Kubernetes version.',
    },
    {
      name: 'IP',
      type: 'string',
      jsonPath: '.spec.serverIP',
      description: 'Address in the registry.',
      wide: true,
    },
    AGE,
  ],
};
