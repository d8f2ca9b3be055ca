import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { KUBEFED_NAMESPACE, OPENMCP_NAMESPACE } from '../../../src/api/meta.ts';
import { probeClusters } from '../../../src/health/prober.ts';
import type { ApplyOptions, KubeObject } from '../../../src/kubernetes/client.ts';
import {
  KUBEFED_CLUSTERS,
  NAMESPACES,
  OPENMCP_CLUSTERS,
  type Resource,
} from '../../../src/kubernetes/resources.ts';
import { eventually } from '../../support/eventually.ts';
import { FakeCluster } from '../activities/registration/fake-cluster.ts';

const cluster = { namespace: OPENMCP_NAMESPACE, name: 'cluster1' };
const mirror = { namespace: KUBEFED_NAMESPACE, name: 'cluster1' };
const isReady = { status: { conditions: [{ type: 'Ready', status: 'True' }] } };

class Hub extends FakeCluster {
  /** How often the status of the cluster was written. */
  told = 0;

  override async apply(resource: Resource, object: KubeObject, options: ApplyOptions) {
    if (resource === OPENMCP_CLUSTERS) this.told += 1;
    return super.apply(resource, object, options);
  }
}

class Member extends FakeCluster {
  probes = 0;

  override async request(method: string, path: string) {
    if (path === '/readyz') this.probes += 1;
    return super.request(method, path);
  }
}

const hub = new Hub();
const member = new Member();
let prober: ReturnType<typeof probeClusters>;
const errors: unknown[] = [];

beforeEach(() => {
  for (const name of [OPENMCP_NAMESPACE, KUBEFED_NAMESPACE]) hub.put(NAMESPACES, { name });
  hub.put(OPENMCP_CLUSTERS, cluster);
  prober = probeClusters({
    hub,
    clusters: () => [{ name: 'cluster1', client: member }],
    outdated: () => [],
    intervalSeconds: 0.01,
    timeoutSeconds: 1,
    threshold: 3,
    onChange: () => undefined,
    onError: (error) => errors.push(error),
  });
});
afterEach(() => prober.stop());

it('tells a mirror that is made after the first verdict, and the cluster no more than before', async () => {
  await eventually(() => expect(hub.at(OPENMCP_CLUSTERS, cluster)).toMatchObject(isReady));
  await eventually(() => expect(member.probes).toBeGreaterThan(2));

  hub.put(KUBEFED_CLUSTERS, mirror);

  await eventually(() => expect(hub.at(KUBEFED_CLUSTERS, mirror)).toMatchObject(isReady));
  // Once as news, and with every twelfth probe for the facts that go with it.
  expect(hub.told).toBeLessThanOrEqual(1 + Math.ceil(member.probes / 12));
  expect(errors).toEqual([]);
});
