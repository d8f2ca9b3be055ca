import { expect, it } from '@jest/globals';
import { clusterAffinity } from '../../../../src/scheduler/plugins/cluster-affinity.ts';
import { cluster, node, workload } from '../../../fakes/fleet.ts';

const REGION = 'topology.kubernetes.io/region';
const ZONE = 'topology.kubernetes.io/zone';
const OLD_REGION = 'failure-domain.beta.kubernetes.io/region';

const seoul = node('a', { labels: { [REGION]: 'AS', [ZONE]: 'KR' } });
const berlin = node('b', { labels: { [REGION]: 'EU', [ZONE]: 'DE' } });

it.each([
  [{}, [seoul], true, 'nothing is asked'],
  [{ region: [] }, [seoul], true, 'an empty list asks nothing'],
  [{ region: ['AS'] }, [seoul], true, 'the region matches'],
  [{ region: ['EU', 'AS'] }, [seoul], true, 'one of the values is enough'],
  [{ region: ['EU'] }, [seoul], false, 'no node is there'],
  [{ region: ['AS'], zone: ['KR'] }, [berlin, seoul], true, 'one node has both'],
  [{ region: ['EU'], zone: ['KR'] }, [berlin, seoul], false, 'no single node has both'],
  [{ region: ['AS'] }, [node('c', { labels: { [OLD_REGION]: 'AS' } })], true, 'the old label'],
  [{ region: ['NA'] }, [node('c')], true, 'without labels, where the cluster says it is'],
  [{ zone: ['US2'] }, [node('c')], true, 'any of the zones of the cluster'],
  [{ disk: ['ssd'] }, [node('c', { labels: { disk: 'ssd' } })], true, 'any other key is a label'],
  [{ disk: ['ssd'] }, [node('c')], false, 'a label that no node has'],
])('affinity %j passes: case %#', (affinity, nodes, passes, _why) => {
  const view = cluster('one', { region: 'NA', zones: ['US1', 'US2'], nodes });

  expect(clusterAffinity(workload({ affinity }), view) === null).toBe(passes);
});

it('says what was asked and where the cluster is', () => {
  const view = cluster('one', { region: 'AS', zones: ['KR'], nodes: [seoul] });

  expect(
    clusterAffinity(workload({ affinity: { region: ['EU'], zone: ['DE', 'FR'] } }), view),
  ).toEqual({
    reason: 'no node is in region EU and zone DE or FR (it is in region AS, zone KR)',
    keeps: false,
  });
});

it('does not judge a cluster whose nodes nobody can see now', () => {
  const silent = cluster('one', { healthy: false, nodes: [] });

  expect(clusterAffinity(workload({ affinity: { region: ['EU'] } }), silent)).toBeNull();
});
