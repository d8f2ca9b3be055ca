/** Domains, and the records of services and ingresses in them. */

import * as z from 'zod';
import { AGE, anyObject, commonStatus, conditionColumn, type Kind, rules } from './kind.ts';

const domainName = z
  .string()
  .min(1)
  .max(253)
  .regex(
    /^([A-Za-z0-9_]([-A-Za-z0-9_]*[A-Za-z0-9_])?\.)*[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?\.?$/,
  );
const ttl = z.int().min(1).max(2_147_483_647).describe('Seconds that others may keep the answer.');
const ready = conditionColumn('Ready', 'Ready');

export const DOMAIN: Kind = {
  kind: 'OpenMCPDomain',
  plural: 'openmcpdomains',
  shortNames: ['odomain'],
  description: 'A DNS domain that records are made in.',
  fields: {
    domain: domainName.describe('The domain, such as shop.example.org.'),
    nameServer: z.string().optional().describe('Name server of the zone.'),
    status: z.object(commonStatus).optional().describe('How it stands.'),
  },
  columns: [
    { name: 'Domain', type: 'string', jsonPath: '.domain', description: 'The domain.' },
    ready,
    AGE,
  ],
};

const dnsEntries = z
  .array(
    z.object({
      cluster: z.string().optional().describe('The cluster.'),
      loadBalancer: anyObject('Its addresses.').optional(),
      zones: z.array(z.string()).optional().describe('Zones of the cluster.'),
      region: z.string().optional().describe('Region of the cluster.'),
      host: z.array(z.string()).optional().describe('Hosts served there.'),
    }),
  )
  .optional()
  .describe('Addresses by cluster.');

export const SERVICE_DNS_RECORD: Kind = {
  kind: 'OpenMCPServiceDNSRecord',
  plural: 'openmcpservicednsrecords',
  shortNames: ['osvcdr'],
  description: 'DNS names for an OpenMCPService of the same name.',
  fields: {
    spec: z
      .object({
        domainRef: z
          .string()
          .min(1)
          .describe('Name of the OpenMCPDomain in kube-federation-system.'),
        recordTTL: ttl.default(300),
        dnsPrefix: z
          .string()
          .optional()
          .describe('Another first label than the name of the service.'),
        externalName: z.string().optional().describe('A further name for the same addresses.'),
        allowServiceWithoutEndpoints: z
          .boolean()
          .optional()
          .describe('Publish clusters whose service has no ready pod.'),
      })
      .describe('The names.'),
    status: z
      .object({
        ...commonStatus,
        domain: z.string().optional().describe('The domain.'),
        dns: dnsEntries,
      })
      .describe('How it stands.'),
  },
  columns: [
    { name: 'Domain', type: 'string', jsonPath: '.spec.domainRef', description: 'The domain.' },
    ready,
    AGE,
  ],
};

export const INGRESS_DNS_RECORD: Kind = {
  kind: 'OpenMCPIngressDNSRecord',
  plural: 'openmcpingressdnsrecords',
  shortNames: ['oingdr'],
  description: 'DNS names for the hosts of an OpenMCPIngress of the same name.',
  fields: {
    spec: z.object({ recordTTL: ttl.default(300) }).describe('The names.'),
    status: z.object({ ...commonStatus, dns: dnsEntries }).describe('How it stands.'),
  },
  columns: [ready, AGE],
};

export const DNS_ENDPOINT: Kind = {
  kind: 'OpenMCPDNSEndpoint',
  plural: 'openmcpdnsendpoints',
  shortNames: ['odnsep'],
  description: 'The records that shall be in DNS; made by the product.',
  fields: {
    spec: z
      .object({
        endpoints: z
          .array(
            z
              .object({
                dnsName: domainName.describe('The name.'),
                targets: z.array(z.string()).optional().describe('Addresses or names.'),
                recordType: z
                  .enum(['A', 'AAAA', 'CNAME'])
                  .default('A')
                  .describe('Type of the record.'),
                recordTTL: ttl.default(300),
                labels: z
                  .record(z.string(), z.string())
                  .optional()
                  .describe('Marks of the record.'),
              })
              .meta(
                rules({
                  rule: "!has(self.recordType) || self.recordType != 'CNAME' || !has(self.targets) || size(self.targets) <= 1",
                  message: 'a CNAME has one target: remove the others, or use A records',
                  fieldPath: '.targets',
                }),
              ),
          )
          .optional()
          .describe('The records.'),
        domain: z.array(domainName).optional().describe('Domains they are in.'),
      })
      .describe('The records.'),
    status: z.object(commonStatus).describe('How it stands.'),
  },
  columns: [
    { name: 'Domains', type: 'string', jsonPath: '.spec.domain', description: 'Domains.' },
    ready,
    AGE,
  ],
};
