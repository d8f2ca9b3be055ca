import { describe, expect, it } from '@jest/globals';
import { ErrorCode } from '../../../src/api/errors.ts';
import { workloadOf } from '../../../src/scheduler/requirements.ts';
import { GI } from '../../fakes/fleet.ts';

const PLACEMENT = 'openmcp.k8s.io/placement';

function resource(pod: object = {}, spec: object = {}, rest: object = {}) {
  return {
    apiVersion: 'openmcp.k8s.io/v1alpha1',
    kind: 'OpenMCPDeployment',
    metadata: { namespace: 'openmcp', name: 'web', uid: 'u1', generation: 3 },
    spec: {
      replicas: 4,
      template: { spec: { template: { spec: { containers: [{ name: 'nginx' }], ...pod } } } },
      ...spec,
    },
    ...rest,
  };
}

/** One container (or init container) with these resources. */
const using = (requests?: object, limits?: object, more: object = {}) => ({
  resources: { requests, limits },
  ...more,
});

describe('workloadOf', () => {
  it('reads the sample as it stands', () => {
    expect(workloadOf(resource())).toEqual({
      namespace: 'openmcp',
      name: 'web',
      uid: 'u1',
      generation: 3,
      deleting: false,
      replicas: 4,
      clusters: [],
      affinity: {},
      nodeSelector: {},
      nodeAffinity: [],
      tolerations: [],
      requests: {},
      hostPorts: [],
      needs: [],
      qos: 'BestEffort',
      weights: null,
      spread: [],
      clusterTolerations: [],
      current: {},
      present: [],
    });
  });

  it('reads everything that can be asked', () => {
    const pod = {
      nodeSelector: { disk: 'ssd' },
      tolerations: [{ key: 'dedicated', operator: 'Exists' }],
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              {
                matchExpressions: [{ key: 'arch', operator: 'In', values: ['arm64'] }],
                matchFields: [{ key: 'metadata.name', operator: 'NotIn', values: ['n1'] }],
              },
            ],
          },
        },
      },
      containers: [
        {
          resources: { requests: { cpu: '1.5', memory: '1Gi' }, needs: { gpu: true, hba: false } },
          ports: [{ containerPort: 80, hostPort: 8080 }, { containerPort: 81 }],
        },
      ],
    };
    const spec = {
      clusters: ['one', 'two'],
      affinity: { region: ['asia'], zone: ['korea', 'china'] },
      spread: [{ by: 'region', maxSkew: 1, minGroups: 2 }],
      clusterTolerations: [{ key: 'edge', value: 'x', effect: 'NoExecute' }],
    };

    expect(workloadOf(resource(pod, spec))).toMatchObject({
      clusters: ['one', 'two'],
      affinity: { region: ['asia'], zone: ['korea', 'china'] },
      nodeSelector: { disk: 'ssd' },
      nodeAffinity: [
        [
          { on: 'label', key: 'arch', operator: 'In', values: ['arm64'] },
          { on: 'field', key: 'metadata.name', operator: 'NotIn', values: ['n1'] },
        ],
      ],
      tolerations: [{ key: 'dedicated', operator: 'Exists' }],
      requests: { cpu: 1500, memory: GI },
      hostPorts: [{ port: 8080, protocol: 'TCP', hostIp: '' }],
      needs: ['gpu'],
      qos: 'Burstable',
      spread: [{ by: 'region', maxSkew: 1, minGroups: 2 }],
      clusterTolerations: [{ key: 'edge', value: 'x', effect: 'NoExecute' }],
    });
  });

  it('reads static weights, and takes no weights for an even division', () => {
    expect(workloadOf(resource({}, { weights: { one: 3, two: 0 } })).weights).toEqual({
      one: 3,
      two: 0,
    });
    expect(workloadOf(resource({}, { weights: {} })).weights).toBeNull();
  });

  it('places one replica where no number is given, as a Deployment does', () => {
    expect(workloadOf(resource({}, { replicas: undefined })).replicas).toBe(1);
  });

  it('is only data: it survives the trip through JSON', () => {
    const asked = workloadOf(resource());

    expect(JSON.parse(JSON.stringify(asked))).toEqual(asked);
  });
});

function metadata(annotation?: string) {
  return { metadata: { name: 'web', annotations: { [PLACEMENT]: annotation } } };
}

describe('what was decided before', () => {
  it.each([
    ['{"one":2,"two":2}', {}, { one: 2, two: 2 }, 'the annotation'],
    ['{"one":4,"two":0}', {}, { one: 4 }, 'without its zeros'],
    ['{}', { one: 2 }, {}, 'an annotation that says nowhere'],
    [undefined, { one: 2 }, { one: 2 }, 'without one, the status'],
    ['{"one":', { one: 2 }, { one: 2 }, 'broken JSON'],
    ['["one"]', { one: 2 }, { one: 2 }, 'not a map'],
    ['{"one":-1}', { one: 2 }, { one: 2 }, 'not a count'],
    ['{"one":1e12}', { one: 2 }, { one: 2 }, 'beyond any sense'],
    ['{"One!":1}', { one: 2 }, { one: 2 }, 'not the name of a cluster'],
    [undefined, undefined, {}, 'nothing yet'],
  ])('from annotation %s and status %j is %j (%s)', (annotation, clusterMaps, current, _why) => {
    const asked = workloadOf(
      resource({}, {}, { ...metadata(annotation), status: { clusterMaps } }),
    );

    expect(asked.current).toEqual(current);
  });

  it('is looked for wherever something may be left', () => {
    const status = { clusters: [{ name: 'three' }], clusterMaps: { two: 0 } };

    expect(workloadOf(resource({}, {}, { ...metadata('{"one":2}'), status })).present).toEqual([
      'one',
      'three',
      'two',
    ]);
  });

  it('knows that the resource goes', () => {
    const leaving = { metadata: { name: 'web', deletionTimestamp: '2026-01-01T00:00:00Z' } };

    expect(workloadOf(resource({}, {}, leaving)).deleting).toBe(true);
  });
});

describe('what cannot be used', () => {
  const POD = 'spec.template.spec.template.spec';

  it.each([
    [
      { containers: [] },
      {},
      `${POD}.containers: it must be a list of at least one container, and is []`,
    ],
    [
      { containers: [using({ cpu: '1x' })] },
      {},
      `${POD}.containers[0].resources.requests.cpu: it must be a quantity like 500m, 2 or 1Gi, and is "1x"`,
    ],
    [
      { containers: [using({ memory: '-1Gi' })] },
      {},
      `${POD}.containers[0].resources.requests.memory: it must be no less than 0, and is "-1Gi"`,
    ],
    [{ nodeSelector: ['a'] }, {}, `${POD}.nodeSelector: it must be an object, and is ["a"]`],
    [{ nodeSelector: { a: 1 } }, {}, `${POD}.nodeSelector.a: it must be a text, and is 1`],
    [{ tolerations: {} }, {}, `${POD}.tolerations: it must be a list, and is {}`],
    [
      { tolerations: [{ operator: 'In' }] },
      {},
      `${POD}.tolerations[0].operator: it must be Exists or Equal, and is "In"`,
    ],
    [
      { containers: [{ resources: { needs: { gpu: 'yes' } } }] },
      {},
      `${POD}.containers[0].resources.needs.gpu: it must be true or false, and is "yes"`,
    ],
    [{}, { replicas: -1 }, 'spec.replicas: it must be a whole number of at least 0, and is -1'],
    [{}, { replicas: '4' }, 'spec.replicas: it must be a whole number of at least 0, and is "4"'],
    [{}, { replicas: 2e9 }, 'spec.replicas: it must be no more than 1000000, and is 2000000000'],
    [
      {},
      { clusters: ['Cluster 1'] },
      'spec.clusters[0]: it must be the name of a cluster, and is "Cluster 1"',
    ],
    [
      {},
      { weights: { one: -1 } },
      'spec.weights.one: it must be a whole number of at least 0, and is -1',
    ],
    [
      {},
      { weights: { one: 0 } },
      'spec.weights: it must be a map in which some cluster has a weight above 0, and is {"one":0}',
    ],
    [
      {},
      { spread: [{ by: 'rack' }] },
      'spec.spread[0].by: it must be cluster, region or zone, and is "rack"',
    ],
    [
      {},
      { spread: [{ by: 'zone' }, { by: 'zone' }] },
      'spec.spread[1].by: it must be another one than those before, and is "zone"',
    ],
    [
      {},
      { spread: [{ by: 'zone', minGroups: 3, maxGroups: 2 }] },
      'spec.spread[0].maxGroups: it must be no less than minGroups (3), and is 2',
    ],
    [
      {},
      { spread: [{ by: 'zone', maxSkew: 0 }] },
      'spec.spread[0].maxSkew: it must be a whole number of at least 1, and is 0',
    ],
    [
      {},
      { spread: [{ by: 'zone' }], weights: { one: 1 } },
      'spec.spread: it must be absent where spec.weights divides the replicas, and is [{"by":"zone"}]',
    ],
  ])('case %#: names the field and what it must be', (pod, spec, message) => {
    const read = () => workloadOf(resource(pod, spec));

    expect(read).toThrow(expect.objectContaining({ code: ErrorCode.Rejected }));
    expect(read).toThrow(`cannot use ${message}`);
  });

  it('does not repeat a long value', () => {
    const wrong = resource({ nodeSelector: 'x'.repeat(500) });

    expect(() => workloadOf(wrong)).toThrow(/^.{0,160}…$/);
  });
});
