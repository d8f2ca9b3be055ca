/** The least that the API server accepts of each kind, to be made wrong in one place, and a way to ask it. */

import type { Kind } from '../../../src/api/kind.ts';
import { KINDS } from '../../../src/api/kinds.ts';
import { API_GROUP } from '../../../src/api/meta.ts';
import { isRecord } from '../../../src/kubernetes/object.ts';
import { apiVersionOf, pathOf, type Resource } from '../../../src/kubernetes/resources.ts';
import type { Sandbox } from '../../support/sandbox.ts';

type Json = Readonly<Record<string, unknown>>;

const pod = { spec: { containers: [{ name: 'web', image: 'nginx' }] } };
const labelled = { metadata: { labels: { app: 'web' } }, ...pod };
const selector = { matchLabels: { app: 'web' } };

/** Fields beside apiVersion, kind and metadata. */
const SMALLEST: Readonly<Record<string, Json>> = {
  OpenMCPCluster: { spec: {} },
  OpenMCPDeployment: { spec: { labels: { app: 'web' }, template: { spec: { template: pod } } } },
  OpenMCPService: { spec: { labelselector: { app: 'web' }, template: { spec: {} } } },
  OpenMCPIngress: { spec: { template: { spec: {} } } },
  OpenMCPVirtualService: { spec: { hosts: ['shop.example.org'] } },
  OpenMCPHybridAutoScaler: {
    spec: {
      hpaTemplate: {
        spec: { scaleTargetRef: { kind: 'OpenMCPDeployment', name: 'web' }, maxReplicas: 3 },
      },
    },
  },
  OpenMCPPolicyEngine: {
    spec: { template: { spec: { targetController: { kind: 'OpenMCPScheduler' }, policies: [] } } },
  },
  OpenMCPDomain: { domain: 'example.org' },
  OpenMCPServiceDNSRecord: { spec: { domainRef: 'domain' } },
  OpenMCPIngressDNSRecord: { spec: {} },
  OpenMCPDNSEndpoint: { spec: { endpoints: [{ dnsName: 'shop.example.org' }] } },
  OpenMCPConfigMap: { spec: { template: {} } },
  OpenMCPSecret: { spec: { template: {} } },
  OpenMCPPullSecret: { spec: { template: {} } },
  OpenMCPJob: { spec: { template: { spec: { template: pod } } } },
  OpenMCPNamespace: { spec: { template: {} } },
  OpenMCPPersistentVolume: { spec: { template: { spec: {} } } },
  OpenMCPPersistentVolumeClaim: { spec: { template: { spec: {} } } },
  OpenMCPStatefulSet: {
    spec: { template: { spec: { selector, serviceName: 'web', template: labelled } } },
  },
  OpenMCPDaemonSet: { spec: { template: { spec: { selector, template: labelled } } } },
  Sync: { spec: { clustername: 'cluster1', command: 'create', template: {} } },
  Migration: {
    spec: {
      migrationServiceSource: [
        {
          migrationSource: [{ resourceType: 'Deployment', resourceName: 'web' }],
          sourceCluster: 'cluster1',
          targetCluster: 'cluster2',
          nameSpace: 'shop',
        },
      ],
    },
  },
  Snapshot: {
    spec: {
      snapshotSources: [
        {
          resourceCluster: 'cluster1',
          resourceNamespace: 'shop',
          resourceType: 'Deployment',
          resourceName: 'web',
        },
      ],
    },
  },
  SnapshotRestore: { spec: {} },
  Cache: { spec: {} },
  KubeFedCluster: { spec: { apiEndpoint: 'https://10.0.3.40:6443', secretRef: { name: 'token' } } },
};

function resourceOf({ group = API_GROUP, version = 'v1alpha1', plural, kind }: Kind): Resource {
  return { group, version, plural, kind, namespaced: true };
}

/**
 * What the API server would make of the smallest object with `change`, a merge patch, in it: defaults
 * filled in, or the reason why not. Nothing is stored. Strict, as kubectl asks.
 */
export function asker({
  client,
  namespace,
}: Sandbox): (name: string, change: Json) => Promise<Json> {
  return async (name, change) => {
    const object = objectOf(name, change);
    const answer = await client.request('POST', pathOf(resourceNamed(name), { namespace }), {
      query: { dryRun: 'All', fieldValidation: 'Strict' },
      body: object,
    });
    if (!isRecord(answer)) throw new Error('the answer is not an object');
    return answer;
  };
}

export function objectOf(name: string, change: Json): Json {
  const apiVersion = apiVersionOf(resourceNamed(name));
  return merged({ apiVersion, kind: name, metadata: { name: 'tried' }, ...SMALLEST[name] }, change);
}

function resourceNamed(name: string): Resource {
  const kind = KINDS.find((each) => each.kind === name);
  if (kind === undefined) throw new Error(`there is no kind ${name}`);
  return resourceOf(kind);
}

function merged(object: Json, change: Json): Json {
  const all = { ...object, ...change };
  return Object.fromEntries(
    Object.entries(all).flatMap(([key, value]) => {
      if (value === null) return [];
      const before = object[key];
      return [[key, isRecord(before) && isRecord(value) ? merged(before, value) : value]];
    }),
  );
}
