import diagnostics from 'node:diagnostics_channel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type KubeClient, type KubeObject, kubeClient } from '../../../src/kubernetes/client.ts';
import {
  CONFIG_MAPS,
  CRDS,
  DEPLOYMENTS,
  NAMESPACES,
  PODS,
  type Resource,
  SECRETS,
  SERVICE_ACCOUNTS,
} from '../../../src/kubernetes/resources.ts';
import { requestToken } from '../../../src/kubernetes/tokens.ts';
import { eventually } from '../../support/eventually.ts';
import { Gate } from '../../support/gate.ts';
import { type Sandbox, sandbox } from '../../support/sandbox.ts';

let world: Sandbox;
let client: KubeClient;
let namespace = '';

beforeAll(async () => {
  world = await sandbox('cluster1');
  ({ client, namespace } = world);
});
afterAll(() => world.dispose());

function configMap(name: string, data: Record<string, string> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data };
}

describe('connections', () => {
  it('makes 100 calls over few connections, and those one after another over no more than two', async () => {
    let connected = 0;
    const count = (): void => {
      connected += 1;
    };
    diagnostics.subscribe('undici:client:connected', count);
    const fresh = kubeClient(world.credentials, { connections: 4 });
    for (let call = 0; call < 20; call += 1) await fresh.request('GET', '/version');
    // The next call may begin before the connection of the last one is seen to be free.
    expect(connected).toBeLessThanOrEqual(2);

    await Promise.all(Array.from({ length: 100 }, () => fresh.list(CONFIG_MAPS, { namespace })));
    expect(connected).toBe(4);

    diagnostics.unsubscribe('undici:client:connected', count);
    await fresh.close();
  });
});

describe('verbs', () => {
  it('creates, reads, patches and deletes', async () => {
    const ref = { namespace, name: 'one' };
    const created = await client.create(CONFIG_MAPS, configMap('one', { a: '1' }));
    expect(created.metadata.uid).toBeDefined();

    await client.patch(CONFIG_MAPS, ref, { data: { b: '2' } }, { type: 'merge' });
    const operations = [{ op: 'remove', path: '/data/a' }];
    await client.patch(CONFIG_MAPS, ref, operations, { type: 'json' });
    expect(await client.read(CONFIG_MAPS, ref)).toMatchObject({ data: { b: '2' } });

    expect(await client.delete(CONFIG_MAPS, ref)).toBe(true);
    expect(await client.delete(CONFIG_MAPS, ref)).toBe(false);
    expect(await client.read(CONFIG_MAPS, ref)).toBeNull();
  });

  it('deletes only the object of the uid it was given', async () => {
    const { metadata } = await client.create(CONFIG_MAPS, configMap('fenced'));
    const ref = { namespace, name: 'fenced' };

    await expect(client.delete(CONFIG_MAPS, ref, { uid: 'another' })).rejects.toMatchObject({
      code: 'Conflict',
    });
    expect(await client.delete(CONFIG_MAPS, ref, { uid: metadata.uid ?? '' })).toBe(true);
  });

  it('replaces only what has not changed since', async () => {
    const first = await client.create(CONFIG_MAPS, configMap('versioned'));
    await client.replace(CONFIG_MAPS, { ...first, data: { by: 'me' } });

    await expect(client.replace(CONFIG_MAPS, first)).rejects.toMatchObject({ code: 'Conflict' });
  });

  it('lists more than a page, each item as if it had been read alone', async () => {
    const names = Array.from({ length: 620 }, (_, index) => `many-${index}`);
    const label = { metadata: { labels: { many: 'yes' } } };
    await Promise.all(
      names.map((name) => {
        const { metadata, ...rest } = configMap(name);
        return client.create(CONFIG_MAPS, {
          ...rest,
          metadata: { ...metadata, ...label.metadata },
        });
      }),
    );

    const { items, resourceVersion } = await client.list(CONFIG_MAPS, {
      namespace,
      labelSelector: 'many=yes',
    });

    expect(items).toHaveLength(620);
    expect(new Set(items.map((item) => item.metadata.name)).size).toBe(620);
    expect(items[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
    expect(Number(resourceVersion)).toBeGreaterThan(0);
  });

  it('can list metadata alone', async () => {
    await client.create(CONFIG_MAPS, configMap('meta', { big: 'x'.repeat(1000) }));
    const fieldSelector = 'metadata.name=meta';

    const { items } = await client.list(CONFIG_MAPS, {
      namespace,
      fieldSelector,
      metadataOnly: true,
    });

    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ kind: 'ConfigMap', metadata: { name: 'meta' } });
    expect(items[0]).not.toHaveProperty('data');
  });

  it('can list metadata alone where there is nothing', async () => {
    const none = { namespace, labelSelector: 'none=here', metadataOnly: true };

    expect((await client.list(CONFIG_MAPS, none)).items).toEqual([]);
  });

  it('gets a token for a service account that the server accepts', async () => {
    const account = { namespace, name: 'robot' };
    const kind = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: account };
    await client.create(SERVICE_ACCOUNTS, kind);
    const { token, expiresAt } = await requestToken(client, account, { expirationSeconds: 600 });
    const { server, ca } = world.credentials;
    const robot = kubeClient({ server, ca, token });

    const minutes = (Date.parse(expiresAt) - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(8);
    expect(minutes).toBeLessThan(12);
    await expect(robot.list(SECRETS, { namespace })).rejects.toMatchObject({
      code: 'Rejected',
      message: expect.stringContaining(`system:serviceaccount:${namespace}:robot`),
    });
    await robot.close();
  });
});

describe('apply', () => {
  const widgets: Resource = {
    ...{ group: 'test.openmcp.example', version: 'v1', namespaced: true },
    ...{ plural: 'widgets', kind: 'Widget' },
  };

  beforeAll(async () => {
    const name = 'widgets.test.openmcp.example';
    const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    await client.apply(
      CRDS,
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name },
        spec: {
          group: widgets.group,
          scope: 'Namespaced',
          names: { plural: widgets.plural, kind: widgets.kind },
          versions: [
            { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } },
          ],
        },
      },
      { fieldManager: 'test' },
    );
    await eventually(() => client.list(widgets, { namespace }));
  });
  afterAll(() => client.delete(CRDS, { name: 'widgets.test.openmcp.example' }));

  it('carries fields that this program does not know, and removes what is no longer given', async () => {
    const widget = {
      apiVersion: 'test.openmcp.example/v1',
      kind: 'Widget',
      metadata: { namespace, name: 'w' },
    };
    const options = { fieldManager: 'test' };
    await client.apply(widgets, { ...widget, spec: { future: { deep: [1] }, old: 1 } }, options);
    await client.apply(widgets, { ...widget, spec: { future: { deep: [1, 2] } } }, options);

    const found = await client.read(widgets, { namespace, name: 'w' });
    expect(found).toMatchObject({ spec: { future: { deep: [1, 2] } } });
    expect(found?.['spec']).not.toHaveProperty('old');
  });

  it('names the manager of a field that is not ours, unless told to take it', async () => {
    const object = configMap('owned', { color: 'red' });
    await client.apply(CONFIG_MAPS, object, { fieldManager: 'first' });
    const other = configMap('owned', { color: 'blue' });

    await expect(
      client.apply(CONFIG_MAPS, other, { fieldManager: 'second' }),
    ).rejects.toMatchObject({ code: 'Conflict', message: expect.stringContaining('"first"') });
    const taken = await client.apply(CONFIG_MAPS, other, { fieldManager: 'second', force: true });
    expect(taken).toMatchObject({ data: { color: 'blue' } });
  });
});

describe('refusals', () => {
  it('calls an object that is there already a conflict, and says so', async () => {
    await client.create(CONFIG_MAPS, configMap('twice'));

    await expect(client.create(CONFIG_MAPS, configMap('twice'))).rejects.toMatchObject({
      code: 'Conflict',
      reason: 'AlreadyExists',
      message: `cannot create ConfigMap ${namespace}/twice: configmaps "twice" already exists`,
    });
  });

  it('says which field of an invalid object is wrong', async () => {
    const invalid = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { namespace, name: 'bad' },
      spec: { replicas: -1, selector: {}, template: {} },
    };

    await expect(client.create(DEPLOYMENTS, invalid)).rejects.toMatchObject({
      code: 'Rejected',
      status: 422,
      message: expect.stringContaining('spec.replicas'),
    });
  });

  it('misses what a write needs, and a kind that the server does not know', async () => {
    const patch = client.patch(PODS, { namespace, name: 'none' }, {}, { type: 'merge' });
    await expect(patch).rejects.toMatchObject({ code: 'NotFound' });

    const unknown = { ...PODS, group: 'nothing.example', plural: 'things' };
    await expect(client.read(unknown, { namespace, name: 'a' })).rejects.toMatchObject({
      code: 'NotFound',
    });
    await expect(client.list(unknown)).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('does not send a call without a name', async () => {
    await expect(client.delete(NAMESPACES, { name: '' })).rejects.toMatchObject({
      code: 'Rejected',
    });
  });

  it('does not speak to a server whose certificate another authority signed', async () => {
    const stranger = kubeClient({ ...world.credentials, ca: null });

    await expect(stranger.request('GET', '/version')).rejects.toMatchObject({
      code: 'Unavailable',
      message: expect.stringContaining('certificate'),
    });
    await stranger.close();
  });

  it('calls a token that is not accepted unavailable, without repeating it', async () => {
    const { server, ca } = world.credentials;
    const expired = kubeClient({ server, ca, token: 'abc.def.ghi' });

    await expect(expired.list(PODS)).rejects.toMatchObject({
      code: 'Unavailable',
      message: expect.not.stringContaining('abc'),
    });
    await expired.close();
  });
});

describe('trouble on the way', () => {
  it('gives up on a server that accepts and then says nothing', async () => {
    const { gate, server } = await Gate.to(client.server);
    const silent = kubeClient({ ...world.credentials, server });
    await silent.request('GET', '/version');
    gate.freeze();

    const began = performance.now();
    await expect(silent.list(PODS, { timeoutMs: 300 })).rejects.toMatchObject({
      code: 'Unavailable',
      message: 'cannot list pods: no answer within 0.3 s',
    });
    expect(performance.now() - began).toBeLessThan(1500);
    await gate.end();
    await silent.close();
  });

  it('says that nobody listens', async () => {
    const { gate, server } = await Gate.to(client.server);
    await gate.end();
    const nobody = kubeClient({ ...world.credentials, server });

    await expect(nobody.list(PODS)).rejects.toMatchObject({
      code: 'Unavailable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    await nobody.close();
  });

  it('speaks on after its connections were cut', async () => {
    const { gate, server } = await Gate.to(client.server);
    const cut = kubeClient({ ...world.credentials, server });
    await cut.request('GET', '/version');
    gate.cut();

    const answer = await eventually(() => cut.request('GET', '/version'), 3000);
    expect(answer).toHaveProperty('gitVersion');
    await gate.end();
    await cut.close();
  });

  it('ends a call with the reason of whoever gave it up', async () => {
    const { gate, server } = await Gate.to(client.server);
    gate.freeze();
    const silent = kubeClient({ ...world.credentials, server });
    const controller = new AbortController();
    const call = silent.list(PODS, { signal: controller.signal });
    controller.abort(new Error('the pass was cancelled'));

    await expect(call).rejects.toThrow('the pass was cancelled');
    await gate.end();
    await silent.close();
  });
});
