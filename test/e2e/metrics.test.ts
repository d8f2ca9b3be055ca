/** Metrics of a member, as people and its own autoscalers use them. */

import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DEPLOYMENTS, HPAS } from '../../src/kubernetes/resources.ts';
import { commandsOf } from '../support/commands.ts';
import { eventually } from '../support/eventually.ts';
import { fleetFromEnvironment } from '../support/fleet.ts';
import { ON_SIMULATED_NODES } from '../support/hub.ts';
import { type Sandbox, sandbox } from '../support/sandbox.ts';

/** Two rounds of metrics-server and one of the autoscaler, each some 15 s apart, and some air. */
const PATIENCE_MS = 90_000;

let world: Sandbox;
beforeAll(async () => {
  world = await sandbox('cluster1');
});
afterAll(() => world.dispose());

it('kubectl top tells what nodes and pods use, and an HPA acts on it', async () => {
  const { kubectlOut } = commandsOf(fleetFromEnvironment());
  const { client: member, namespace } = world;
  const top = (what: string) => kubectlOut('top', what, '-n', namespace, '--context', 'cluster1');
  const busy = { namespace, name: 'busy' };
  const labels = { app: 'busy' };
  await member.create(DEPLOYMENTS, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: busy,
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: { 'kwok.x-k8s.io/usage-cpu': '90m' } },
        spec: {
          ...ON_SIMULATED_NODES,
          containers: [{ name: 'web', image: 'nginx', resources: { requests: { cpu: '100m' } } }],
        },
      },
    },
  });
  await member.create(HPAS, {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: busy,
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'busy' },
      maxReplicas: 2,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
        },
      ],
    },
  });

  await eventually(async () => expect(await top('pods')).toMatch(/busy-\S+ +90m /), PATIENCE_MS);
  // The one that runs it; the others use nothing.
  expect(await top('nodes')).toMatch(/cluster1-kwok-\d +90m /);
  await eventually(async () => {
    const deployment = await member.read(DEPLOYMENTS, busy);
    expect(deployment?.['spec']).toMatchObject({ replicas: 2 });
  }, PATIENCE_MS);
}, 200_000);
