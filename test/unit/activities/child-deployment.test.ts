import { describe, expect, it } from '@jest/globals';
import { childDeployment } from '../../../activities/member-cluster/child-deployment.ts';
import type { KubeObject } from '../../../src/kubernetes/client.ts';

const owner: KubeObject = {
  apiVersion: 'openmcp.k8s.io/v1alpha1',
  kind: 'OpenMCPDeployment',
  metadata: { name: 'web', namespace: 'shop', uid: 'owner', generation: 7 },
  spec: {
    replicas: 4,
    labels: { app: 'web' },
    template: {
      metadata: { annotations: { team: 'shop' } },
      spec: {
        minReadySeconds: 3,
        fieldOfTomorrow: { kept: true },
        template: {
          metadata: { labels: { tier: 'front' } },
          spec: {
            containers: [
              {
                name: 'web',
                image: 'nginx',
                resources: { requests: { cpu: '1' }, needs: { gpu: true } },
              },
            ],
          },
        },
      },
    },
  },
};

describe('childDeployment', () => {
  const child = childDeployment(owner, { replicas: 2, uid: undefined, live: null });

  it('selects by the owner alone, so that the labels of the user can change', () => {
    expect(child).toMatchObject({
      spec: {
        replicas: 2,
        selector: { matchLabels: { 'openmcp.k8s.io/owner-uid': 'owner' } },
        template: {
          metadata: { labels: { app: 'web', tier: 'front', 'openmcp.k8s.io/owner-uid': 'owner' } },
        },
      },
    });
  });

  it('says whose it is', () => {
    expect(child.metadata.labels).toEqual({ app: 'web', 'openmcp.k8s.io/owner-uid': 'owner' });
    expect(JSON.parse(child.metadata.annotations?.['openmcp.k8s.io/owner'] ?? '')).toEqual({
      apiVersion: 'openmcp.k8s.io/v1alpha1',
      kind: 'OpenMCPDeployment',
      namespace: 'shop',
      name: 'web',
      uid: 'owner',
      generation: 7,
    });
  });

  it('passes on what it does not know, and keeps back what only our scheduler knows', () => {
    expect(child).toMatchObject({ spec: { minReadySeconds: 3, fieldOfTomorrow: { kept: true } } });
    expect(child).toMatchObject({
      spec: { template: { spec: { containers: [{ resources: { requests: { cpu: '1' } } }] } } },
    });
    expect(JSON.stringify(child)).not.toContain('needs');
  });

  it('keeps the selector of an adopted one, and labels its pods to match', () => {
    const live: KubeObject = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop', uid: 'live' },
      spec: { selector: { matchLabels: { run: 'web' } } },
    };

    const adopted = childDeployment(owner, { replicas: 2, uid: 'live', live });

    expect(adopted).toMatchObject({
      metadata: { uid: 'live' },
      spec: {
        selector: { matchLabels: { run: 'web' } },
        template: { metadata: { labels: { run: 'web', 'openmcp.k8s.io/owner-uid': 'owner' } } },
      },
    });
  });
});
