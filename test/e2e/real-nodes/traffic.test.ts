/** Bytes flow: from outside to pods, LoadBalancer addresses and Ingresses, and inside by Service names. */

import { expect, it } from '@jest/globals';
import { OPENMCP_DEPLOYMENTS } from '../../../src/kubernetes/resources.ts';
import { eventually } from '../../support/eventually.ts';
import { fetched } from '../../support/http.ts';
import { deployment, ingress, SHELL, service, WEB } from '../../support/manifests.ts';
import { describeReal, useMember } from '../../support/real-nodes.ts';

describeReal('the sample', () => {
  const { world } = useMember('cluster1');
  const sample = { namespace: 'openmcp', name: 'openmcp-deployment' };

  it('is nginx in two members, and each of its pods answers', async () => {
    const { kubectl, kubectlOut } = world.commands;
    expect(await kubectl('create', '-f', 'sample/openmcpdeployment/.')).toMatchObject({ code: 0 });
    try {
      await world.converged(sample.namespace, sample.name, 60_000);

      for (const cluster of ['cluster1', 'cluster2']) {
        const addresses = await kubectlOut(
          ...['get', 'pods', '-n', 'openmcp', '--context', cluster],
          ...['-o', 'jsonpath={.items[*].status.podIP}'],
        );
        expect(addresses.split(' ')).toHaveLength(2);
        for (const address of addresses.split(' ')) {
          const { status, body } = await fetched(address);
          expect({ status, body }).toEqual({ status: 200, body: expect.stringContaining('nginx') });
        }
      }
    } finally {
      await world.hub.delete(OPENMCP_DEPLOYMENTS, sample);
    }
  }, 120_000);
});

describeReal.each(['cluster1', 'cluster2'])('in %s', (cluster) => {
  const { world, apply, kubectl, ready, address } = useMember(cluster);

  it('every pod of a Service answers on its ClusterIP, by name, from inside', async () => {
    await apply(
      deployment('web', WEB, { replicas: 2 }),
      service('web', 'LoadBalancer'),
      deployment('shell', SHELL),
    );
    const pods = await ready('app=web', 2);
    await ready('app=shell', 1);

    const seen = new Set<string>();
    await eventually(async () => {
      const answer = await kubectl('exec', 'deploy/shell', '--', 'wget', '-qO-', 'http://web/');
      seen.add(/pod=(\S+)/.exec(answer)?.[1] ?? answer);
      expect([...seen].toSorted()).toEqual(pods.map(({ metadata }) => metadata.name).toSorted());
    }, 30_000);
  }, 120_000);

  it('a LoadBalancer address of the member’s pool answers from outside', async () => {
    const ip = await address('web');

    const answer = await eventually(() => fetched(ip));
    expect(answer).toEqual({ status: 200, body: expect.stringMatching(/^pod=web-/) });
    const range = await world.commands.kubectlOut(
      ...['get', 'openmcpcluster', cluster, '-n', 'openmcp'],
      ...['-o', 'jsonpath={.spec.metalLBRange.addressFrom} {.spec.metalLBRange.addressTo}'],
    );
    const [from = '', to = ''] = range.split(' ');
    expect(numberOf(ip)).toBeGreaterThanOrEqual(numberOf(from));
    expect(numberOf(ip)).toBeLessThanOrEqual(numberOf(to));
  });

  it('an Ingress gets an address, and routes by host', async () => {
    await apply(ingress('web', 'web.example.org'));
    const proxy = await address('envoy', 'projectcontour');

    const known = () => fetched(proxy, { host: 'web.example.org' });
    await eventually(async () =>
      expect(await known()).toEqual({
        status: 200,
        body: expect.stringContaining('host=web.example.org'),
      }),
    );
    expect(await fetched(proxy, { host: 'other.example.org' })).toMatchObject({ status: 404 });
    await eventually(async () =>
      expect(
        await kubectl(
          ...['get', 'ingress', 'web'],
          ...['-o', 'jsonpath={.status.loadBalancer.ingress[0].ip}'],
        ),
      ).toBe(proxy),
    );
  });

  it('a pod that says it is not ready gets no traffic', async () => {
    const [pod, other] = await ready('app=web', 2);
    await fetched(pod?.status.podIP ?? '', { port: 8080, path: '/healthz' });
    await kubectl(
      ...['exec', 'deploy/shell', '--', 'wget', '-qO-', '--post-data='],
      `http://${pod?.status.podIP}:8080/unready`,
    );
    const ip = await address('web');

    await eventually(async () => {
      const answers = await Promise.all(Array.from({ length: 12 }, () => fetched(ip)));
      const names = new Set(answers.map(({ body }) => /pod=(\S+)/.exec(body)?.[1]));
      expect([...names]).toEqual([other?.metadata.name]);
    }, 30_000);
  });
});

function numberOf(ip: string): number {
  return ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
