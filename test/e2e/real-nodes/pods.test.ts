/** Pods are processes: they log, take commands, keep files, restart, and have what the API gives them. */

import { afterAll, expect, it } from '@jest/globals';
import * as z from 'zod';
import { Nfs4Client } from '../../../src/nfs/nfs4-client.ts';
import { eventually } from '../../support/eventually.ts';
import { fetched } from '../../support/http.ts';
import { useWorld } from '../../support/hub.ts';
import { deployment, SHELL, WEB } from '../../support/manifests.ts';
import { describeReal, type Pod, useMember } from '../../support/real-nodes.ts';

const claim = (name: string, storageClassName?: string) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: {
    ...(storageClassName !== undefined && { storageClassName }),
    accessModes: [storageClassName === undefined ? 'ReadWriteOnce' : 'ReadWriteMany'],
    resources: { requests: { storage: '10Mi' } },
  },
});
const volume = (name: string) => ({ name, persistentVolumeClaim: { claimName: name } });
const restarts = ({ status }: Pod) =>
  status.containerStatuses.reduce((sum, { restartCount }) => sum + restartCount, 0);

describeReal('a pod', () => {
  const { world, namespace, apply, kubectl, ready, pods } = useMember('cluster1');

  it('logs, and runs commands', async () => {
    await apply(deployment('nginx', { image: 'nginx' }));
    const [pod] = await ready('app=nginx', 1);
    await fetched(pod?.status.podIP ?? '', { path: '/looked-for' });

    await eventually(async () =>
      expect(await kubectl('logs', 'deploy/nginx')).toContain('GET /looked-for HTTP/1.1" 404'),
    );
    await apply(deployment('shell', SHELL));
    const [shell] = await ready('app=shell', 1);
    expect(await kubectl('exec', 'deploy/shell', '--', 'hostname')).toBe(shell?.metadata.name);
  }, 90_000);

  it('answers a forwarded port', async () => {
    const forward = world.commands.kubectlStart(
      ...['port-forward', 'deploy/nginx', ':80', '-n', namespace, '--context', 'cluster1'],
    );
    try {
      const port = await eventually(() => {
        const [, found] = /127\.0\.0\.1:(\d+)/.exec(forward.output()) ?? [];
        expect(found).toBeDefined();
        return Number(found);
      });
      expect(await fetched('127.0.0.1', { port })).toMatchObject({ status: 200 });
    } finally {
      forward.stop();
    }
  });

  it('writes to a volume, is killed, restarts, and finds what it wrote', async () => {
    await apply(
      claim('data'),
      deployment(
        'writer',
        {
          image: 'docker.io/local/writer:1',
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
        },
        {
          pod: {
            shareProcessNamespace: true,
            volumes: [volume('data')],
            containers: [
              {
                name: 'writer',
                image: 'docker.io/local/writer:1',
                volumeMounts: [{ name: 'data', mountPath: '/data' }],
              },
              { name: 'shell', ...SHELL },
            ],
          },
        },
      ),
    );
    const [before] = await ready('app=writer', 1, 90_000);
    const at = before?.status.podIP ?? '';
    const inShell = (...words: string[]) =>
      kubectl('exec', 'deploy/writer', '-c', 'shell', '--', ...words);
    const acknowledged = await inShell(
      'wget',
      '-qO-',
      '--post-data=kept',
      `http://${at}:8080/records`,
    );
    expect(JSON.parse(acknowledged)).toMatchObject({ number: 1 });

    await inShell('sh', '-c', 'kill -9 $(pidof writer)');

    await eventually(async () => {
      const [now] = await pods('app=writer');
      expect(now && restarts(now)).toBe(1);
    }, 30_000);
    await ready('app=writer', 1);
    expect(await inShell('wget', '-qO-', `http://${at}:8080/records/1`)).toBe('kept');
  }, 180_000);

  it('has its ConfigMap, its Secret and a token that the API server takes', async () => {
    await apply(
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'settings' },
        data: { color: 'blue' },
      },
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'password' },
        stringData: { word: 'open' },
      },
      deployment(
        'given',
        {
          ...SHELL,
          env: [{ name: 'WORD', valueFrom: { secretKeyRef: { name: 'password', key: 'word' } } }],
          volumeMounts: [{ name: 'settings', mountPath: '/settings' }],
        },
        { pod: { volumes: [{ name: 'settings', configMap: { name: 'settings' } }] } },
      ),
    );
    await ready('app=given', 1);
    const inPod = (script: string) => kubectl('exec', 'deploy/given', '--', 'sh', '-c', script);

    expect(await inPod('cat /settings/color; echo; echo $WORD')).toBe('blue\nopen');
    const token = await inPod('cat /var/run/secrets/kubernetes.io/serviceaccount/token');
    const review = await world.commands.kubectlIn(
      { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } },
      ...['create', '-o', 'json', '--context', 'cluster1'],
    );
    const { status } = z
      .object({ status: z.object({ user: z.object({ username: z.string() }) }) })
      .parse(JSON.parse(review.stdout));
    expect(status.user.username).toMatch(/^system:serviceaccount:real-\w+:default$/);
    // The API server is where every pod looks for it.
    expect(await inPod('nc -w 3 kubernetes.default.svc 443 < /dev/null && echo reached')).toBe(
      'reached',
    );
  }, 90_000);

  it('may not use more memory than its limit', async () => {
    await apply(
      deployment('greedy', {
        image: 'docker.io/local/busybox:1',
        command: ['sh', '-c', 'tail /dev/zero'],
        resources: { limits: { memory: '32Mi' } },
      }),
    );

    await eventually(async () => {
      const [pod] = await pods('app=greedy');
      const [container] = pod?.status.containerStatuses ?? [];
      expect(container?.lastState.terminated?.reason).toBe('OOMKilled');
    }, 60_000);
    await kubectl('delete', 'deployment', 'greedy');
  }, 90_000);

  it('is evicted when its scratch space is more than it may be', async () => {
    await apply(
      deployment(
        'hoarder',
        {
          image: 'docker.io/local/busybox:1',
          command: ['sh', '-c', 'dd if=/dev/zero of=/scratch/x bs=1M count=8; sleep infinity'],
          volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
        },
        { pod: { volumes: [{ name: 'scratch', emptyDir: { sizeLimit: '2Mi' } }] } },
      ),
    );

    await eventually(async () => {
      const reasons = (await pods('app=hoarder')).map(({ status }) => status.reason);
      expect(reasons).toContain('Evicted');
    }, 120_000);
    await kubectl('delete', 'deployment', 'hoarder');
  }, 150_000);

  it('that fails its liveness probe is started again', async () => {
    const probe = { exec: { command: ['test', '-e', '/tmp/alive'] }, periodSeconds: 1 };
    await apply(
      deployment('mortal', {
        ...SHELL,
        command: ['sh', '-c', 'touch /tmp/alive; sleep infinity'],
        livenessProbe: { ...probe, failureThreshold: 1 },
      }),
    );
    await ready('app=mortal', 1);

    await kubectl('exec', 'deploy/mortal', '--', 'rm', '/tmp/alive');

    await eventually(async () => {
      const [pod] = await pods('app=mortal');
      expect(pod && restarts(pod)).toBe(1);
    }, 60_000);
  }, 120_000);

  it('that burns CPU is seen by kubectl top, and scaled by an HPA', async () => {
    const resources = { requests: { cpu: '100m' }, limits: { cpu: '400m' } };
    await apply(
      deployment('busy', { ...WEB, resources }),
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'busy' },
        spec: { selector: { app: 'busy' }, ports: [{ port: 80, targetPort: 8080 }] },
      },
      {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'busy' },
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
      },
      deployment('load', {
        image: 'docker.io/local/load:1',
        args: ['--url', 'http://busy/burn?ms=200', '--rate', '3', '--duration', '0'],
      }),
    );
    await ready('app=load', 1);

    await eventually(async () => {
      const [, milli] = /busy-\S+ +(\d+)m/.exec(await kubectl('top', 'pods')) ?? [];
      expect(Number(milli)).toBeGreaterThan(100);
    }, 90_000);
    await ready('app=busy', 2, 120_000);
    await kubectl('delete', 'deployment', 'load', 'busy');
  }, 240_000);
});

describeReal('NFS volumes', () => {
  const members = ['cluster1', 'cluster2'].map(useMember);
  const world = useWorld();
  const NAME = 'nfs-3';

  // A volume that was claimed once waits for whoever looks after its data.
  afterAll(async () => {
    for (const { kubectl } of members) {
      await kubectl('delete', 'deployment/sharer', 'pvc/shared');
      const claimed = JSON.stringify({ spec: { claimRef: null } });
      await kubectl('patch', 'persistentvolume', NAME, '-p', claimed);
    }
  }, 60_000);

  it('are shared between members', async () => {
    const shared = claim('shared', 'nfs');
    const pod = deployment(
      'sharer',
      { ...SHELL, volumeMounts: [{ name: 'shared', mountPath: '/shared' }] },
      { pod: { volumes: [volume('shared')] } },
    );
    await Promise.all(
      members.map(async ({ apply, ready }) => {
        await apply({ ...shared, spec: { ...shared.spec, volumeName: NAME } }, pod);
        await ready('app=sharer', 1);
      }),
    );
    const [one, other] = members;
    const word = `from ${one?.namespace}`;

    await one?.kubectl('exec', 'deploy/sharer', '--', 'sh', '-c', `echo ${word} > /shared/note`);

    expect(await other?.kubectl('exec', 'deploy/sharer', '--', 'cat', '/shared/note')).toBe(word);
  }, 120_000);

  it('are served where nodes would mount them', async () => {
    // The kernel may mount no NFS; this is what it would do, by the address in the volume.
    const { kubectlOut } = world.commands;
    const address = await kubectlOut(
      ...['get', 'endpointslices', 'kubernetes', '-n', 'default', '--context', 'cluster1'],
      ...['-o', 'jsonpath={.endpoints[0].addresses[0]}'],
    );
    const client = new Nfs4Client({ host: address, port: 12049, timeoutMs: 10_000 });
    try {
      const note = await client.readFile(`/volumes/${NAME}/note`);
      expect(note.toString()).toMatch(/^from real-/);
      // Kubeconfigs are there, and pods could ask as nodes do.
      await expect(client.readdir('/export')).rejects.toThrow(
        /NFS LOOKUP: (access denied|not there)/,
      );
    } finally {
      await client.close();
    }
  });
});
