/** Objects of a member, for tests of pods that run. */

/** A Deployment of one container, the label `app` as its name. */
export function deployment(
  name: string,
  container: object,
  { replicas = 1, pod = {} }: { replicas?: number; pod?: object } = {},
): object {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [{ name, ...container }],
          ...pod,
        },
      },
    },
  };
}

/** A web server that tells which pod it is. */
export const WEB = {
  image: 'docker.io/local/web:1',
  ports: [{ containerPort: 8080 }],
  readinessProbe: { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 1 },
};
/** A shell that waits to be used. */
export const SHELL = { image: 'docker.io/local/busybox:1', command: ['sleep', 'infinity'] };

export function service(name: string, type: 'ClusterIP' | 'LoadBalancer', port = 8080): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { type, selector: { app: name }, ports: [{ port: 80, targetPort: port }] },
  };
}

/** Of all paths of a host, to port 80 of the Service of that name. */
export function ingress(name: string, host: string): object {
  const backend = { service: { name, port: { number: 80 } } };
  const paths = [{ path: '/', pathType: 'Prefix', backend }];
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name },
    spec: { rules: [{ host, http: { paths } }] },
  };
}
