/** Services, ingresses and routes that follow workloads over the members. */

import * as z from 'zod';
import {
  AGE,
  anyObject,
  commonStatus,
  conditionColumn,
  type Kind,
  propagatedStatus,
  rules,
  upstream,
} from './kind.ts';

const placed = {
  name: 'Clusters',
  type: 'string',
  jsonPath: '.status.clusterMaps',
  description: 'Where it is.',
} as const;

export const SERVICE: Kind = {
  kind: 'OpenMCPService',
  plural: 'openmcpservices',
  shortNames: ['osvc'],
  description: 'A Service in every cluster where a matching OpenMCPDeployment runs.',
  fields: {
    spec: z
      .object({
        template: z
          .object({
            metadata: upstream(
              'ObjectMetaSubset',
              'Labels and annotations of each Service.',
            ).optional(),
            spec: upstream('io.k8s.api.core.v1.ServiceSpec', 'The spec of each Service.'),
          })
          .describe('What each cluster gets.'),
        labelselector: z
          .record(z.string(), z.string())
          .optional()
          .describe(
            'Labels of the pods, as the original spelled it; template.spec.selector is the same.',
          ),
      })
      .describe('The Service, and what it selects.')
      .meta(
        rules({
          rule: [
            'has(self.labelselector) && size(self.labelselector) > 0',
            'has(self.template.spec.selector) && size(self.template.spec.selector) > 0',
            "has(self.template.spec.type) && self.template.spec.type == 'ExternalName'",
          ].join(' || '),
          message:
            'spec.labelselector is empty: give labels of the pods there (or in spec.template.spec.selector)',
          fieldPath: '.labelselector',
        }),
      ),
    status: z.object(propagatedStatus).describe('How it stands.'),
  },
  columns: [placed, conditionColumn('Ready', 'Ready'), AGE],
};

const backendOfOld = {
  serviceName: z.string().optional().describe('Name of the service (extensions/v1beta1).'),
  servicePort: z
    .union([z.int(), z.string()])
    .optional()
    .describe('Port of the service (extensions/v1beta1).'),
};
const backend = z
  .object({
    ...backendOfOld,
    service: z
      .object({
        name: z.string().describe('Name of the service.'),
        port: z
          .object({
            name: z.string().optional().describe('Name of the port.'),
            number: z.int().min(1).max(65_535).optional().describe('Number of the port.'),
          })
          .optional()
          .describe('Port of the service.'),
      })
      .optional()
      .describe('The service (networking.k8s.io/v1).'),
    resource: anyObject('A resource of the same namespace (networking.k8s.io/v1).').optional(),
  })
  .describe('Where requests go.');

export const INGRESS: Kind = {
  kind: 'OpenMCPIngress',
  plural: 'openmcpingresses',
  shortNames: ['oing'],
  description: 'An Ingress on the hub, and one in every cluster that holds its services.',
  fields: {
    spec: z
      .object({
        ingressForClientFrom: z
          .string()
          .optional()
          .describe('Accepted for compatibility and not used.'),
        template: z
          .object({
            apiVersion: z
              .string()
              .optional()
              .describe('networking.k8s.io/v1 or extensions/v1beta1.'),
            kind: z.string().optional().describe('Ingress.'),
            metadata: upstream(
              'ObjectMetaSubset',
              'Labels and annotations of each Ingress.',
            ).optional(),
            spec: z
              .object({
                ingressClassName: z.string().optional().describe('Class of the controller.'),
                defaultBackend: backend.optional(),
                backend: backend.optional(),
                tls: z
                  .array(
                    z.object({
                      hosts: z.array(z.string()).optional().describe('Hosts of the certificate.'),
                      secretName: z.string().optional().describe('Secret with the certificate.'),
                    }),
                  )
                  .optional()
                  .describe('Certificates.'),
                rules: z
                  .array(
                    z.object({
                      host: z.string().optional().describe('Host that requests name.'),
                      http: z
                        .object({
                          paths: z
                            .array(
                              z.object({
                                path: z.string().optional().describe('Path, or its beginning.'),
                                pathType: z
                                  .enum(['Exact', 'Prefix', 'ImplementationSpecific'])
                                  .optional()
                                  .describe('How the path is compared.'),
                                backend,
                              }),
                            )
                            .min(1)
                            .describe('Paths and where they lead.'),
                        })
                        .optional()
                        .describe('What is done with requests for the host.'),
                    }),
                  )
                  .optional()
                  .describe('Hosts and their paths.'),
              })
              .describe('The spec of the Ingress.'),
          })
          .describe('The Ingress.'),
      })
      .describe('The Ingress.'),
    status: z.object(propagatedStatus).describe('How it stands.'),
  },
  columns: [
    {
      name: 'Hosts',
      type: 'string',
      jsonPath: '.spec.template.spec.rules[*].host',
      description: 'Its hosts.',
    },
    placed,
    conditionColumn('Ready', 'Ready'),
    AGE,
  ],
};

const destination = z
  .object({
    host: z.string().describe('Service that requests go to.'),
    subset: z.string().optional().describe('Cluster, or a named part of the service.'),
    port: z
      .object({ number: z.int().min(1).max(65_535).describe('Number of the port.') })
      .optional()
      .describe('Port of the service.'),
  })
  .describe('Where requests go.');
const match = z.object({
  uri: anyObject('exact, prefix or regex of the path.').optional(),
  headers: anyObject('exact, prefix or regex of headers, by name.').optional(),
  method: anyObject('exact, prefix or regex of the method.').optional(),
});

export const VIRTUAL_SERVICE: Kind = {
  kind: 'OpenMCPVirtualService',
  plural: 'openmcpvirtualservices',
  shortNames: ['ovs'],
  description: 'Weights and header matches for the routes of hosts.',
  fields: {
    spec: z
      .object({
        hosts: z.array(z.string()).min(1).describe('Hosts it is about.'),
        gateways: z
          .array(z.string())
          .optional()
          .describe('Accepted for compatibility and not used.'),
        http: z
          .array(
            z.object({
              name: z.string().optional().describe('Name of the rule.'),
              match: z.array(match).optional().describe('Which requests; any of these.'),
              route: z
                .array(
                  z.object({
                    destination,
                    weight: z
                      .int()
                      .min(0)
                      .max(100)
                      .optional()
                      .describe('Share of the requests, of 100.'),
                  }),
                )
                .optional()
                .describe('Where they go.'),
              timeout: z.string().optional().describe('How long an answer may take, such as 5s.'),
            }),
          )
          .optional()
          .describe('Rules; the first that matches counts.'),
      })
      .describe('Routes.'),
    status: z.object(commonStatus).describe('How it stands.'),
  },
  columns: [
    { name: 'Hosts', type: 'string', jsonPath: '.spec.hosts', description: 'Its hosts.' },
    conditionColumn('Ready', 'Ready'),
    AGE,
  ],
};
