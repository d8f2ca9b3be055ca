import { describe, expect, it } from '@jest/globals';
import {
  CLUSTER_ROLES,
  DEPLOYMENTS,
  NAMESPACES,
  OPENMCP_DEPLOYMENTS,
  openmcp,
  PODS,
  pathOf,
} from '../../../src/kubernetes/resources.ts';

describe('pathOf', () => {
  it.each([
    [PODS, {}, '/api/v1/pods'],
    [PODS, { namespace: 'shop' }, '/api/v1/namespaces/shop/pods'],
    [
      DEPLOYMENTS,
      { namespace: 'shop', name: 'web' },
      '/apis/apps/v1/namespaces/shop/deployments/web',
    ],
    [NAMESPACES, { name: 'shop' }, '/api/v1/namespaces/shop'],
    [
      CLUSTER_ROLES,
      { name: 'system:node' },
      '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode',
    ],
    [
      OPENMCP_DEPLOYMENTS,
      { namespace: 'a', name: 'b', subresource: 'status' },
      '/apis/openmcp.k8s.io/v1alpha1/namespaces/a/openmcpdeployments/b/status',
    ],
  ])('of %j at %j is %s', (resource, at, path) => {
    expect(pathOf(resource, at)).toBe(path);
  });

  it('keeps a slash of a name inside the name', () => {
    expect(pathOf(PODS, { namespace: 'a', name: '../secrets/x' })).toBe(
      '/api/v1/namespaces/a/pods/..%2Fsecrets%2Fx',
    );
  });

  it.each([
    ['an empty name, which would address all objects', { namespace: 'a', name: '' }],
    ['an empty namespace', { namespace: '', name: 'a' }],
    ['a name that climbs the path', { namespace: '..', name: 'a' }],
    ['a name without its namespace', { name: 'a' }],
  ])('refuses %s', (_why, at) => {
    expect(() => pathOf(PODS, at)).toThrow(expect.objectContaining({ code: 'Rejected' }));
  });

  it('knows the plurals that do not end in a plain s', () => {
    expect(openmcp('OpenMCPIngress').plural).toBe('openmcpingresses');
    expect(openmcp('OpenMCPPolicyEngine').plural).toBe('openmcppolicyengines');
    expect(openmcp('OpenMCPService').plural).toBe('openmcpservices');
  });
});
