import { describe, expect, it } from '@jest/globals';
import { changed } from '../../workflows/contract.ts';
import { ClusterWorld } from '../fakes/cluster-world.ts';
import { useTemporal } from '../support/temporal.ts';

const temporal = useTemporal();
const input = { namespace: 'openmcp', name: 'seoul' };
const RANGE = '10.0.3.200-10.0.3.250';
const OTHER = '10.0.3.100-10.0.3.110';

const given = (addresses: string) => ({ kind: 'given', addresses });
const runOf = (world: ClusterWorld) => ({
  workflow: 'giveAddresses',
  input,
  activities: world.activities,
});
const endOf = (world: ClusterWorld) => temporal.result(runOf(world));

describe('giving addresses', () => {
  it('makes them the pool of the member, and says so', async () => {
    const world = ClusterWorld.joined({ addresses: RANGE });

    expect(await endOf(world)).toBe(`given ${RANGE}`);

    expect(world.pool).toBe(RANGE);
    expect(world.giving).toEqual(given(RANGE));
  });

  it('takes the pool away where none are asked for any more', async () => {
    const world = ClusterWorld.joined();
    world.pool = RANGE;

    expect(await endOf(world)).toBe('none');

    expect(world.pool).toBeNull();
    expect(world.giving).toEqual({ kind: 'none' });
  });

  it('tries again where the member only stumbled', async () => {
    const world = ClusterWorld.joined({ addresses: RANGE });
    world.faults.set('apply addresses', 'stumbles');

    await endOf(world);

    expect(world.giving).toEqual(given(RANGE));
  });

  it('follows an edit that comes meanwhile', async () => {
    const world = ClusterWorld.joined({ addresses: RANGE });
    const applying = world.faults.stopAt('apply addresses');

    await temporal.run(runOf(world), async (workflow) => {
      await applying.reached;
      world.edit({ addresses: OTHER });
      await workflow.signal(changed, { reason: 'edited' });
      applying.goOn();
      expect(await workflow.result()).toBe(`given ${OTHER}`);
    });

    expect(world.pool).toBe(OTHER);
    expect(world.giving).toEqual(given(OTHER));
  });
});

describe('what keeps a member from its addresses is told', () => {
  it.each([
    {
      what: 'there is no MetalLB',
      breaks: (world: ClusterWorld) => {
        world.hasMetalLB = false;
      },
      told: { reason: 'NoMetalLB', message: 'seoul has no MetalLB' },
    },
    {
      what: 'the pool is not ours',
      breaks: ({ faults }: ClusterWorld) => faults.set('apply addresses', 'refuses'),
      told: {
        reason: 'Rejected',
        message: expect.stringMatching(/forbidden; then take spec\.metalLBRange out and put it/),
      },
    },
    {
      what: 'it does not answer',
      breaks: (world: ClusterWorld) => {
        world.memberAnswers = false;
      },
      told: { reason: 'Unreachable', message: 'cannot apply addresses: no answer' },
    },
  ])('$what', async ({ breaks, told }) => {
    const world = ClusterWorld.joined({ addresses: RANGE });
    breaks(world);

    expect(await endOf(world)).toMatch(/^failed: /);

    expect(world.giving).toEqual({ kind: 'failed', ...told });
    expect(world.pool).toBeNull();
    expect(world.cluster).toMatchObject({ joinStatus: 'JOIN' });
  });
});

describe('one that is no member', () => {
  it.each(['UNJOIN', 'JOINING', 'UNJOINING'])('gets none: %s', async (joinStatus) => {
    const world = ClusterWorld.joined({ joinStatus, addresses: RANGE });

    expect(await endOf(world)).toBe('no member');

    expect(world).toMatchObject({ pool: null, giving: null });
  });

  it('gets none while it is deleted, or when it is gone', async () => {
    const world = ClusterWorld.joined({ addresses: RANGE });
    world.delete();
    expect(await endOf(world)).toBe('no member');
    world.cluster = null;
    expect(await endOf(world)).toBe('no member');

    expect(world).toMatchObject({ pool: null, giving: null });
  });

  it('keeps none that came after its leave had looked', async () => {
    const world = ClusterWorld.joined({ addresses: RANGE });
    const applying = world.faults.stopAt('apply addresses');

    await temporal.run(runOf(world), async (workflow) => {
      await applying.reached;
      world.edit({ joinStatus: 'UNJOIN' });
      applying.goOn();
      expect(await workflow.result()).toBe('no member any more: none');
    });

    expect(world).toMatchObject({ pool: null, giving: null });
  });
});
