import { beforeEach, describe, expect, it } from '@jest/globals';
import { KEYS } from '../../../../src/api/meta.ts';
import {
  CONFIG_MAPS,
  DEPLOYMENTS,
  ENDPOINT_SLICES,
  EVENTS,
  LEASES,
  NAMESPACES,
  NODES,
  PODS,
  type Resource,
  SECRETS,
  SERVICE_ACCOUNTS,
  SERVICES,
} from '../../../../src/kubernetes/resources.ts';
import { JOINED_BY, joiningBy, joiningWorld } from './joining-world.ts';
import {
  GADGETS,
  KNOWN_KINDS,
  OPERATORS,
  POD_METRICS,
  REPLICA_SETS,
  VOLUME_CLAIMS,
  WIDGETS,
} from './known-kinds.ts';

let { member, activities } = joiningWorld();
beforeEach(() => {
  ({ member, activities } = joiningWorld());
});

const undo = (by: string | null) => activities.undoJoinStep('namespace', joiningBy(by));
const namespace = (name: string) => member.at(NAMESPACES, { name });

/** As every namespace is: with what Kubernetes itself puts there. */
function makeNamespace(name: string, marks: object): void {
  member.put(NAMESPACES, { name, ...marks });
  member.put(CONFIG_MAPS, { namespace: name, name: 'kube-root-ca.crt' });
  member.put(SERVICE_ACCOUNTS, { namespace: name, name: 'default' });
}
const makeOurs = () => makeNamespace('openmcp', { annotations: { [JOINED_BY]: 'run' } });
const makeManaged = (name: string) =>
  makeNamespace(name, { labels: { [KEYS.managed]: 'true', team: 'shop' } });

const labelled = { labels: { [KEYS.ownerUid]: 'uid' } };
const owned = (apiVersion: string, kind: string) => ({
  ownerReferences: [{ apiVersion, kind, name: 'owner', uid: 'uid' }],
});

describe('our namespace', () => {
  it('goes when nobody lives in it', async () => {
    makeOurs();

    await undo('run');

    expect(namespace('openmcp')).toBeNull();
  });

  it('stays untouched when another made it', async () => {
    makeOurs();

    await undo('another run');

    expect(namespace('openmcp')?.metadata.annotations).toEqual({ [JOINED_BY]: 'run' });
  });

  const others: [string, Resource, string][] = [
    ['a claim of a volume', VOLUME_CLAIMS, 'data'],
    ['a kind of theirs', WIDGETS, 'widget'],
    ['a kind that is in no preferred version', GADGETS, 'gadget'],
    ['an account of theirs', SERVICE_ACCOUNTS, 'robot'],
    ['a Secret called as an account that is not missed', SECRETS, 'default'],
  ];
  it.each(others)('stays, and is not ours any more, with %s', async (_, resource, name) => {
    makeOurs();
    member.put(resource, { namespace: 'openmcp', name });

    await undo(null);

    expect(namespace('openmcp')?.metadata.annotations).toEqual({});
    expect(member.at(resource, { namespace: 'openmcp', name })).not.toBeNull();
  });

  const unmissed: [string, Resource, object][] = [
    ['an Event', EVENTS, {}],
    ['an EndpointSlice', ENDPOINT_SLICES, {}],
    ['a Lease', LEASES, {}],
    ['pods of ours that are still ending', PODS, labelled],
    ['what a join made', CONFIG_MAPS, { annotations: { [JOINED_BY]: 'run' } }],
    ['what is made anew for another', PODS, owned('apps/v1', 'ReplicaSet')],
    ['offspring of a kind of theirs that is gone', PODS, owned('example.org/v1', 'Widget')],
  ];
  it.each(unmissed)('goes with %s in it', async (_, resource, marks) => {
    makeOurs();
    member.put(resource, { namespace: 'openmcp', name: 'web', ...marks });

    await undo(null);

    expect(namespace('openmcp')).toBeNull();
  });

  it('stays with offspring of what lives outside of it', async () => {
    makeOurs();
    const marks = owned('example.org/v1', 'Operator');
    member.put(DEPLOYMENTS, { namespace: 'openmcp', name: 'operated', ...marks });

    await undo(null);

    expect(namespace('openmcp')).not.toBeNull();
    expect(member.kinds).toContain(OPERATORS);
  });

  it('stays with a Deployment that was handed to us and given back', async () => {
    makeOurs();
    const offspring = owned('apps/v1', 'Deployment');
    member.put(DEPLOYMENTS, { namespace: 'openmcp', name: 'theirs' });
    member.put(REPLICA_SETS, { namespace: 'openmcp', name: 'theirs', ...labelled, ...offspring });

    await undo(null);

    expect(namespace('openmcp')).not.toBeNull();
  });

  it('stays with one that is still handed to us', async () => {
    makeOurs();
    const adopted = { ...labelled, annotations: { [KEYS.adopted]: 'true' } };
    member.put(DEPLOYMENTS, { namespace: 'openmcp', name: 'theirs', ...adopted });

    await undo(null);

    expect(namespace('openmcp')).not.toBeNull();
  });

  it('is not kept by what is elsewhere in the cluster', async () => {
    makeOurs();
    member.put(SERVICES, { namespace: 'default', name: 'kubernetes' });
    member.put(NODES, { name: 'node' });

    await undo(null);

    expect(namespace('openmcp')).toBeNull();
  });
});

describe('an API that does not answer', () => {
  const unknown: [string, string, number][] = [
    ['whose server is away', 'example.org/v1', 503],
    ['whose list breaks', 'widgets', 500],
    ['whose list is forbidden', 'secrets', 403],
  ];
  it.each(unknown)('keeps the namespace, not the leave: one %s', async (_, about, status) => {
    makeOurs();
    member.broken.set(about, status);

    await undo(null);

    expect(namespace('openmcp')?.metadata.annotations).toEqual({});
  });

  it.each([404, 405])('holds nothing when it is not there: %d', async (status) => {
    makeOurs();
    member.broken.set('widgets', status);

    await undo(null);

    expect(namespace('openmcp')).toBeNull();
  });

  it('is asked again when the cluster is only busy', async () => {
    makeOurs();
    member.broken.set('widgets', 429);

    await expect(undo(null)).rejects.toMatchObject({ code: 'Unavailable' });

    expect(namespace('openmcp')?.metadata.annotations).toEqual({ [JOINED_BY]: 'run' });
  });

  it('is not missed when it has only readings', async () => {
    makeOurs();
    member.kinds = [...KNOWN_KINDS, POD_METRICS];
    member.broken.set('metrics.k8s.io/v1beta1', 503);

    await undo(null);

    expect(namespace('openmcp')).toBeNull();
  });

  it('does not count when its objects cannot be deleted', async () => {
    makeOurs();
    member.views = [WIDGETS];
    member.put(WIDGETS, { namespace: 'openmcp', name: 'view' });

    await undo(null);

    expect(namespace('openmcp')).toBeNull();
  });
});

describe('a namespace that does not end', () => {
  const stuck = 'Some resources are remaining: pods. has 1 resource instances';
  beforeEach(() => {
    makeOurs();
    member.stuck = stuck;
  });

  it('is waited for, and tells why it takes long', async () => {
    const expected = {
      code: 'NotYet',
      message: expect.stringMatching(/openmcp.*: Some resources/),
    };

    await expect(undo(null)).rejects.toMatchObject(expected);
    await expect(undo(null)).rejects.toMatchObject(expected);
  });

  it('is left to Kubernetes after a minute', async () => {
    await expect(undo(null)).rejects.toMatchObject({ code: 'NotYet' });

    member.clock = new Date(member.clock.getTime() + 61_000);

    await expect(undo(null)).resolves.toBeUndefined();
  });
});

describe('namespaces that were made for workloads', () => {
  it('go with the member when they are empty, and else stay without our label', async () => {
    makeManaged('shop');
    makeManaged('bank');
    member.put(PODS, { namespace: 'shop', name: 'web', ...labelled });
    member.put(SECRETS, { namespace: 'bank', name: 'key' });

    await undo(null);

    expect(namespace('shop')).toBeNull();
    expect(namespace('bank')?.metadata.labels).toEqual({ team: 'shop' });
    expect(member.at(SECRETS, { namespace: 'bank', name: 'key' })).not.toBeNull();
  });

  it('stay when only a join is undone', async () => {
    makeOurs();
    makeManaged('shop');

    await undo('run');

    expect(namespace('openmcp')).toBeNull();
    expect(namespace('shop')?.metadata.labels).toMatchObject({ [KEYS.managed]: 'true' });
  });

  it('are not those that others made', async () => {
    makeNamespace('theirs', { labels: { team: 'shop' } });

    await undo(null);

    expect(namespace('theirs')).not.toBeNull();
  });
});
