import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  KUBEFED_CLUSTERS,
  SECRETS,
  SERVICE_ACCOUNTS,
} from '../../../../src/kubernetes/resources.ts';
import { JOINED_BY, joiningBy, joiningWorld } from './joining-world.ts';

const CREDENTIALS = { namespace: 'openmcp', name: 'openmcp-member-seoul' };
const MIRROR = { namespace: 'kube-federation-system', name: 'seoul' };
const MIRROR_SECRET = { namespace: 'kube-federation-system', name: 'seoul-token' };
const ACCOUNT = { namespace: 'openmcp', name: 'openmcp' };

let { hub, member, activities } = joiningWorld();
beforeEach(() => {
  ({ hub, member, activities } = joiningWorld());
});

async function joined(by: string): Promise<void> {
  for (const step of ['namespace', 'account', 'credentials', 'mirror'] as const) {
    await activities.takeJoinStep(step, joiningBy(by));
  }
}
const makerOf = (resource: typeof SECRETS, ref: typeof MIRROR) =>
  hub.at(resource, ref)?.metadata.annotations?.[JOINED_BY];
const makers = () => [
  makerOf(SECRETS, CREDENTIALS),
  makerOf(SECRETS, MIRROR_SECRET),
  makerOf(KUBEFED_CLUSTERS, MIRROR),
];
function tokenIn(ref: typeof MIRROR): unknown {
  const data: unknown = hub.at(SECRETS, ref)?.['data'];
  return typeof data === 'object' && data !== null && 'token' in data ? data.token : undefined;
}

describe('the mirror', () => {
  it('is made by the join, and gone with it', async () => {
    await joined('run');

    expect(makers()).toEqual(['run', 'run', 'run']);
    expect(hub.at(KUBEFED_CLUSTERS, MIRROR)).toMatchObject({
      spec: { apiEndpoint: member.server, secretRef: { name: 'seoul-token' } },
    });
    await activities.undoJoinStep('mirror', joiningBy('run'));
    expect(makers()).toEqual(['run', undefined, undefined]);
  });

  it.each([
    ['KubeFedCluster', KUBEFED_CLUSTERS, MIRROR],
    ['Secret', SECRETS, MIRROR_SECRET],
  ])('refuses a %s of others, names it, and touches nothing', async (kind, resource, ref) => {
    const before = hub.put(resource, ref, { data: { token: 'theirs' } });

    await expect(joined('run')).rejects.toMatchObject({
      code: 'Rejected',
      message: expect.stringMatching(
        new RegExp(`${kind} kube-federation-system/${ref.name} exists .* remove it, or join`),
      ),
    });

    expect([...hub.all(KUBEFED_CLUSTERS), hub.at(SECRETS, MIRROR_SECRET)].filter(Boolean)).toEqual([
      before,
    ]);
  });

  it('keeps its first maker, so that an undone second join leaves it', async () => {
    await joined('first');

    await activities.takeJoinStep('mirror', joiningBy('second'));
    await activities.undoJoinStep('mirror', joiningBy('second'));

    expect(makers().slice(1)).toEqual(['first', 'first']);
  });

  it('waits for one that is being removed', async () => {
    const deletionTimestamp = '2026-01-01T00:00:00Z';
    hub.put(SECRETS, { ...MIRROR_SECRET, deletionTimestamp, annotations: { [JOINED_BY]: 'old' } });

    await expect(joined('run')).rejects.toMatchObject({ code: 'NotYet' });
  });
});

describe('a renewal', () => {
  const renew = () => activities.renewToken(joiningBy(null));

  it('gives credentials and mirror the new token, and keeps who made them', async () => {
    await joined('run');
    const before = tokenIn(CREDENTIALS);

    await renew();

    expect(makers()).toEqual(['run', 'run', 'run']);
    expect(tokenIn(CREDENTIALS)).not.toEqual(before);
    expect(tokenIn(MIRROR_SECRET)).toEqual(tokenIn(CREDENTIALS));
  });

  it('makes a lost mirror anew, as of the join that made the credentials', async () => {
    await joined('run');
    await activities.undoJoinStep('mirror', joiningBy(null));

    await renew();

    expect(makers()).toEqual(['run', 'run', 'run']);
  });

  it('issues lost credentials anew, as of the join that made the account', async () => {
    await joined('run');
    await hub.delete(SECRETS, CREDENTIALS);

    expect(Date.parse(await renew())).toBeGreaterThan(member.clock.getTime());

    expect(makers()).toEqual(['run', 'run', 'run']);
    await activities.undoJoinStep('credentials', joiningBy(null));
    expect(hub.at(SECRETS, CREDENTIALS)).toBeNull();
  });

  it('says so on credentials for an account that tells no join', async () => {
    member.put(SERVICE_ACCOUNTS, ACCOUNT);

    await renew();

    expect(makers()).toEqual(['renewal', 'renewal', 'renewal']);
  });

  it('is not found possible in a member that has no account of ours', async () => {
    await expect(renew()).rejects.toMatchObject({
      code: 'NotFound',
      message: expect.stringMatching(/seoul.*no ServiceAccount openmcp\/openmcp.*join again/),
    });

    expect(hub.at(SECRETS, CREDENTIALS)).toBeNull();
  });

  it('is done also where others have put a mirror of their own', async () => {
    await joined('run');
    await activities.undoJoinStep('mirror', joiningBy(null));
    const theirs = hub.put(KUBEFED_CLUSTERS, MIRROR);

    await renew();

    expect(hub.at(KUBEFED_CLUSTERS, MIRROR)).toEqual(theirs);
  });
});
