/**
 * Ingresses of a member: Contour tells Envoy over xDS, and both are processes in a node's network namespace.
 *
 * Contour asks for no ingress class, so it takes Ingresses of class `contour` and those without one.
 */

import { join } from 'node:path';
import type { KubeObject } from '../../../../src/kubernetes/object.ts';
import type { Build, Built } from '../../component.ts';
import { objectsIn } from '../../manifests.ts';

const NAMESPACE = 'projectcontour';
const SERVICE = 'envoy';
const LOOPBACK = '127.0.0.1';
/** Where Envoy takes requests, on every address of the namespace. */
const HTTP_PORT = 8080;
const HTTPS_PORT = 8443;
/** `/healthz` and `/metrics` of Contour. */
export const CONTOUR_PORT = 8000;
/** `/ready` and `/stats` of Envoy. */
export const ENVOY_PORT = 8002;
const DEBUG_PORT = 6060;
const CRDS = 'contour-crds.yaml';

export const build: Build = {
  kind: 'go',
  component: 'contour',
  version: '1.33.8',
  target: 'tool',
  programs: ['contour'],
  files: [['github.com/projectcontour/contour', 'examples/contour/01-crds.yaml', CRDS]],
};

/** Must be established before Contour starts: without them it ends at once. */
export function crds(built: Built): KubeObject[] {
  return objectsIn(built.program('contour', CRDS));
}

/** `address` is that of the node in whose namespace Envoy runs; it may not be a loopback address. */
export function manifests(address: string): KubeObject[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: {
        name: 'contour',
        annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' },
      },
      spec: { controller: 'projectcontour.io/ingress-controller' },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: SERVICE, namespace: NAMESPACE },
      spec: {
        type: 'LoadBalancer',
        ports: [
          { name: 'http', port: 80, targetPort: HTTP_PORT, protocol: 'TCP' },
          { name: 'https', port: 443, targetPort: HTTPS_PORT, protocol: 'TCP' },
        ],
      },
    },
    // Envoy is no pod, so no controller finds it.
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: SERVICE,
        namespace: NAMESPACE,
        labels: { 'kubernetes.io/service-name': SERVICE },
      },
      addressType: 'IPv4',
      ports: [
        { name: 'http', port: HTTP_PORT, protocol: 'TCP' },
        { name: 'https', port: HTTPS_PORT, protocol: 'TCP' },
      ],
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
    },
  ];
}

/** Ingresses get the address of the Service. */
export function contourArgs(options: {
  readonly kubeconfig: string;
  readonly xdsPort: number;
}): string[] {
  const { kubeconfig, xdsPort } = options;
  return [
    'serve',
    `--kubeconfig=${kubeconfig}`,
    // What it tells is for the namespace's loopback alone.
    '--insecure',
    `--xds-address=${LOOPBACK}`,
    `--xds-port=${xdsPort}`,
    '--disable-leader-election',
    `--http-address=${LOOPBACK}`,
    `--http-port=${CONTOUR_PORT}`,
    `--health-address=${LOOPBACK}`,
    `--health-port=${CONTOUR_PORT}`,
    `--debug-http-address=${LOOPBACK}`,
    `--debug-http-port=${DEBUG_PORT}`,
    '--envoy-service-http-address=0.0.0.0',
    `--envoy-service-http-port=${HTTP_PORT}`,
    '--envoy-service-https-address=0.0.0.0',
    `--envoy-service-https-port=${HTTPS_PORT}`,
    `--stats-address=${LOOPBACK}`,
    `--stats-port=${ENVOY_PORT}`,
    '--envoy-http-access-log=/dev/stdout',
    '--envoy-https-access-log=/dev/stdout',
    `--envoy-service-namespace=${NAMESPACE}`,
    `--envoy-service-name=${SERVICE}`,
  ];
}

/** Of Contour, run to its end before Envoy starts. The same `folder` goes to `envoyArgs`. */
export function bootstrapArgs({ folder, xdsPort }: { folder: string; xdsPort: number }): string[] {
  return [
    'bootstrap',
    bootstrapFile(folder),
    // A path of a Unix socket may have 107 bytes.
    `--admin-address=${join(folder, 'admin.sock')}`,
    `--xds-address=${LOOPBACK}`,
    `--xds-port=${xdsPort}`,
    '--xds-resource-version=v3',
  ];
}

export function envoyArgs({ folder, node }: { folder: string; node: string }): string[] {
  return [
    '--config-path',
    bootstrapFile(folder),
    '--service-cluster',
    NAMESPACE,
    '--service-node',
    node,
    '--concurrency',
    '1',
    // Its shared memory would be one for all Envoys of the machine.
    '--disable-hot-restart',
    '--log-level',
    'warn',
    // Else every change of a listener warns of an option that this Contour still uses.
    '--component-log-level',
    'misc:error',
  ];
}

function bootstrapFile(folder: string): string {
  return join(folder, 'bootstrap.json');
}
