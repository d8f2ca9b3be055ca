import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KINDS } from '../../../src/api/kinds.ts';
import { commandsOf } from '../../support/commands.ts';
import { fleetFromEnvironment } from '../../support/fleet.ts';
import { type Sandbox, sandbox } from '../../support/sandbox.ts';
import { asker, objectOf } from './smallest.ts';

let world: Sandbox;
let ask: ReturnType<typeof asker>;

beforeAll(async () => {
  world = await sandbox('openmcp');
  ask = asker(world);
});
afterAll(() => world.dispose());

type Json = Readonly<Record<string, unknown>>;

const container = { name: 'web', image: 'nginx' };
const pod = (fields: Json) => ({ spec: { template: { spec: { template: { spec: fields } } } } });

describe('a field that is not known is named', () => {
  it.each(KINDS.map(({ kind }) => kind))('in %s', async (kind) => {
    await expect(ask(kind, { spce: {} })).rejects.toMatchObject({
      code: 'Rejected',
      message: expect.stringContaining('unknown field "spce"'),
    });
  });

  it.each<[string, Json, string]>([
    ['OpenMCPDeployment', { spec: { replica: 2 } }, 'spec.replica'],
    [
      'OpenMCPDeployment',
      { spec: { spread: [{ by: 'zone', maxskew: 1 }] } },
      'spec.spread[0].maxskew',
    ],
    [
      'OpenMCPDeployment',
      pod({ containers: [{ ...container, prots: [] }] }),
      'spec.template.spec.template.spec.containers[0].prots',
    ],
    ['OpenMCPCluster', { spec: { nodeInfo: { regoin: 'EU' } } }, 'spec.nodeInfo.regoin'],
    ['OpenMCPService', { spec: { template: { spec: { prots: [] } } } }, 'spec.template.spec.prots'],
    ['OpenMCPPolicyEngine', { spec: { policystatus: 'Enabled' } }, 'spec.policystatus'],
  ])('in %s: %j', async (kind, change, field) => {
    await expect(ask(kind, change)).rejects.toMatchObject({
      code: 'Rejected',
      message: expect.stringContaining(`unknown field "${field}"`),
    });
  });

  it('by kubectl, unasked', async () => {
    const { kubectlIn } = commandsOf(fleetFromEnvironment());
    const typo = objectOf('OpenMCPDeployment', { spec: { replica: 2 } });

    const { code, stderr } = await kubectlIn(
      typo,
      ...['create', '--context', 'openmcp', '-n', world.namespace],
    );

    expect(stderr).toContain('unknown field "spec.replica"');
    expect(code).not.toBe(0);
  });
});

describe('refused is', () => {
  const target = { kind: 'OpenMCPDeployment', name: 'web' };

  it.each<[string, string, Json, string]>([
    [
      'a Service that selects nothing',
      'OpenMCPService',
      { spec: { labelselector: { app: null }, template: { spec: { selector: {} } } } },
      'spec.labelselector: Invalid value: spec.labelselector is empty: give labels of the pods there (or in spec.template.spec.selector)',
    ],
    [
      'a path compared in an unknown way',
      'OpenMCPIngress',
      {
        spec: {
          template: {
            spec: { rules: [{ http: { paths: [{ path: '/', pathType: 'Prefx', backend: {} }] } }] },
          },
        },
      },
      'spec.template.spec.rules[0].http.paths[0].pathType: Unsupported value: "Prefx"',
    ],
    [
      'a route of more than all requests',
      'OpenMCPVirtualService',
      { spec: { http: [{ route: [{ destination: { host: 'web' }, weight: 101 }] }] } },
      'spec.http[0].route[0].weight: Invalid value: 101',
    ],
    [
      'a route of less than none',
      'OpenMCPVirtualService',
      { spec: { http: [{ route: [{ destination: { host: 'web' }, weight: -1 }] }] } },
      'spec.http[0].route[0].weight: Invalid value: -1',
    ],
    [
      'a route without hosts',
      'OpenMCPVirtualService',
      { spec: { hosts: [] } },
      'spec.hosts in body should have at least 1 items',
    ],
    [
      'an HPA whose bounds cross',
      'OpenMCPHybridAutoScaler',
      { spec: { hpaTemplate: { spec: { minReplicas: 5 } } } },
      'spec.hpaTemplate.spec.minReplicas: Invalid value: minReplicas is larger than maxReplicas: lower it, or raise maxReplicas',
    ],
    [
      'scaling of our own whose bounds cross',
      'OpenMCPHybridAutoScaler',
      {
        spec: {
          scalingOptions: {
            cpaTemplate: { scaleTargetRef: target, minReplicas: 5, maxReplicas: 2 },
          },
        },
      },
      'spec.scalingOptions.cpaTemplate.minReplicas: Invalid value: minReplicas is larger than maxReplicas: lower it, or raise maxReplicas',
    ],
    [
      'scaling of nothing',
      'OpenMCPHybridAutoScaler',
      { spec: { hpaTemplate: null } },
      'spec.hpaTemplate: Invalid value: nothing is scaled: give spec.hpaTemplate (or spec.scalingOptions)',
    ],
    [
      'an unknown mode of VPAs',
      'OpenMCPHybridAutoScaler',
      { spec: { vpaMode: 'Sometimes' } },
      'spec.vpaMode: Unsupported value: "Sometimes": supported values: "Never", "Auto", "Always"',
    ],
    [
      'a policy that is neither on nor off',
      'OpenMCPPolicyEngine',
      { spec: { policyStatus: 'Paused' } },
      'spec.policyStatus: Unsupported value: "Paused": supported values: "Enabled", "Disabled"',
    ],
    [
      'a domain that is no domain',
      'OpenMCPDomain',
      { domain: 'example org' },
      'domain: Invalid value: "example org"',
    ],
    [
      'a record kept for no time',
      'OpenMCPServiceDNSRecord',
      { spec: { recordTTL: 0 } },
      'spec.recordTTL: Invalid value: 0',
    ],
    [
      'a record of no domain',
      'OpenMCPServiceDNSRecord',
      { spec: { domainRef: '' } },
      'spec.domainRef: Invalid value: ""',
    ],
    [
      'an unknown type of record',
      'OpenMCPDNSEndpoint',
      { spec: { endpoints: [{ dnsName: 'a.example.org', recordType: 'MX' }] } },
      'spec.endpoints[0].recordType: Unsupported value: "MX"',
    ],
    [
      'a CNAME of two names',
      'OpenMCPDNSEndpoint',
      { spec: { endpoints: [{ dnsName: 'a.b', recordType: 'CNAME', targets: ['c.d', 'e.f'] }] } },
      'spec.endpoints[0].targets: Invalid value: a CNAME has one target: remove the others, or use A records',
    ],
    [
      'a copy into what no cluster is called',
      'OpenMCPConfigMap',
      { spec: { clusters: [''] } },
      'spec.clusters[0]: Invalid value: ""',
    ],
    [
      'an unknown command',
      'Sync',
      { spec: { command: 'replace' } },
      'spec.command: Unsupported value: "replace": supported values: "create", "update", "delete"',
    ],
    [
      'a move of nothing',
      'Migration',
      { spec: { migrationServiceSource: [] } },
      'spec.migrationServiceSource in body should have at least 1 items',
    ],
    [
      'an unknown state of membership',
      'OpenMCPCluster',
      { spec: { joinStatus: 'JOINED' } },
      'spec.joinStatus: Unsupported value: "JOINED": supported values: "UNJOIN", "JOINING", "JOIN", "UNJOINING"',
    ],
    [
      'a cluster that joins without an address',
      'OpenMCPCluster',
      { spec: { joinStatus: 'JOINING' } },
      'spec.serverIP: Invalid value: spec.serverIP is needed to join',
    ],
    [
      'a new cluster that says it has joined',
      'OpenMCPCluster',
      { spec: { joinStatus: 'JOIN', serverIP: '10.0.3.40' } },
      'spec.joinStatus: Invalid value: spec.joinStatus of a new cluster cannot be that: set JOINING',
    ],
    [
      'an address that is a path',
      'OpenMCPCluster',
      { spec: { serverIP: '../10.0.3.40' } },
      'spec.serverIP: Invalid value: "../10.0.3.40": spec.serverIP must be an IP address or a host name',
    ],
    [
      'a cluster whose name has dots',
      'OpenMCPCluster',
      { metadata: { name: 'cluster1.eu' } },
      'metadata.name of a cluster must be a DNS label',
    ],
    [
      'a range of load balancers that is none',
      'OpenMCPCluster',
      { spec: { metalLBRange: { addressFrom: '10.0.3.200', addressTo: '250' } } },
      'spec.metalLBRange.addressTo: Invalid value: spec.metalLBRange.addressTo must be an IP address',
    ],
    [
      'a range of load balancers over two families',
      'OpenMCPCluster',
      { spec: { metalLBRange: { addressFrom: '10.0.3.200', addressTo: 'fd00::1' } } },
      'spec.metalLBRange must begin and end with addresses of one family',
    ],
    [
      'a range of load balancers that is turned round',
      'OpenMCPCluster',
      { spec: { metalLBRange: { addressFrom: '10.0.3.200', addressTo: '10.0.2.250' } } },
      'spec.metalLBRange must not end before it begins',
    ],
    [
      'a taint of an unknown effect',
      'OpenMCPCluster',
      { spec: { taints: [{ key: 'gpu', effect: 'Never' }] } },
      'spec.taints[0].effect: Unsupported value: "Never"',
    ],
    [
      'a taint without a key',
      'OpenMCPCluster',
      { spec: { taints: [{ key: '', effect: 'NoSchedule' }] } },
      'spec.taints[0].key: Invalid value: ""',
    ],
  ])('%s', async (_what, kind, change, message) => {
    await expect(ask(kind, change)).rejects.toMatchObject({
      code: 'Rejected',
      message: expect.stringContaining(message),
    });
  });
});

describe('left out, filled in', () => {
  it.each<[string, Json, Json]>([
    ['OpenMCPDeployment', {}, { spec: { replicas: 1 } }],
    [
      'OpenMCPCluster',
      {},
      {
        spec: {
          joinStatus: 'UNJOIN',
          clusterPlatformType: 'On-Premise',
          clusterNetworkLocation: 'internal',
          unjoinPolicy: 'Relocate',
          force: false,
        },
      },
    ],
    ['OpenMCPHybridAutoScaler', {}, { spec: { hpaTemplate: { spec: { minReplicas: 1 } } } }],
    [
      'OpenMCPPolicyEngine',
      {},
      { spec: { rangeOfApplication: 'FromNow', policyStatus: 'Enabled' } },
    ],
    ['OpenMCPServiceDNSRecord', {}, { spec: { recordTTL: 300 } }],
    ['OpenMCPIngressDNSRecord', {}, { spec: { recordTTL: 300 } }],
    ['OpenMCPDNSEndpoint', {}, { spec: { endpoints: [{ recordType: 'A', recordTTL: 300 }] } }],
  ])('in %s', async (kind, change, filled) => {
    expect(await ask(kind, change)).toMatchObject(filled);
  });

  it('but not over what was said', async () => {
    expect(await ask('OpenMCPDeployment', { spec: { replicas: 0 } })).toMatchObject({
      spec: { replicas: 0 },
    });
  });
});

it('does not refuse a Service that selects nothing because it only names another', async () => {
  const spec = { labelselector: { app: null }, template: { spec: { type: 'ExternalName' } } };

  expect(await ask('OpenMCPService', { spec })).toHaveProperty('spec.template.spec.type');
});
