/** The addresses of a member's LoadBalancer Services follow `spec.metalLBRange`, or it is told why not. */

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import {
  IP_ADDRESS_POOLS,
  L2_ADVERTISEMENTS,
  METALLB_NAMESPACE,
} from '../../src/kubernetes/resources.ts';
import { eventually } from '../support/eventually.ts';
import { fleetFromEnvironment } from '../support/fleet.ts';
import { exists, useWorld } from '../support/hub.ts';
import { membershipOf } from '../support/membership.ts';

const CLUSTER = 'cluster2';
const POOL = { namespace: METALLB_NAMESPACE, name: 'openmcp' };
/** MetalLB's kinds are there where nodes are real, and only there. */
const hasMetalLB = fleetFromEnvironment().endpoints.nodes === 'real';
const describeWith = hasMetalLB ? describe : describe.skip;
const describeWithout = hasMetalLB ? describe.skip : describe;

const Pool = z.object({ spec: z.object({ addresses: z.array(z.string()) }) });
const Range = z.object({ addressFrom: z.string(), addressTo: z.string() });
type Range = z.infer<typeof Range>;

const world = useWorld();
const { ip, read, edit, becomes } = membershipOf(world, CLUSTER);
const textOf = ({ addressFrom, addressTo }: Range) => `${addressFrom}-${addressTo}`;

/** Those of the pool in the member; null when there is none. */
async function pool(): Promise<readonly string[] | null> {
  const found = await world.member(CLUSTER).read(IP_ADDRESS_POOLS, POOL);
  return found === null ? null : Pool.parse(found).spec.addresses;
}

/** What the OpenMCPCluster says of them. */
async function told() {
  const { addresses, given } = await read();
  return given === undefined ? { addresses } : { addresses, ...given };
}
const NOTHING = { addresses: null };

const hasGiven = (range: Range) =>
  eventually(async () => {
    expect(await told()).toMatchObject({
      addresses: textOf(range),
      status: 'True',
      reason: 'Given',
      message: expect.stringContaining(textOf(range)),
    });
    return pool();
  }, 30_000);

describeWith('the addresses of a member', () => {
  const at = { start: { addressFrom: '', addressTo: '' } };
  /** From the same beginning, since Services have addresses of it. */
  const shorter = () => {
    const [, network = '', last = ''] = /^(.*\.)(\d+)$/.exec(at.start.addressTo) ?? [];
    return { ...at.start, addressTo: `${network}${Number(last) - 1}` };
  };

  beforeAll(async () => {
    at.start = Range.parse((await read()).metalLBRange);
  });
  // The other suites find it joined, with the addresses that it had.
  afterAll(async () => {
    const { joinStatus } = await read();
    await edit({ metalLBRange: at.start });
    if (joinStatus !== 'JOIN') await world.commands.openmcp('join', 'cluster', '--ip', ip());
    await becomes('JOIN');
    await hasGiven(at.start);
  }, 120_000);

  it('are its range since it joined', async () => {
    expect(await hasGiven(at.start)).toEqual([textOf(at.start)]);
  });

  it('follow an edit of the range', async () => {
    await edit({ metalLBRange: shorter() });

    expect(await hasGiven(shorter())).toEqual([textOf(shorter())]);
  });

  it('follow an edit that nobody watched', async () => {
    await world.without('controller', async () => {
      await edit({ metalLBRange: at.start });
    });

    expect(await hasGiven(at.start)).toEqual([textOf(at.start)]);
  });

  it('go with a leave, and come with the next join', async () => {
    const left = await world.commands.openmcp('unjoin', 'cluster', '--ip', ip());

    expect(left).toMatchObject({ code: 0 });
    expect(await pool()).toBeNull();
    expect(await exists(world.member(CLUSTER), L2_ADVERTISEMENTS, POOL)).toBe(false);
    await eventually(async () => expect(await told()).toEqual(NOTHING));
    const joined = await world.commands.openmcp('join', 'cluster', '--ip', ip());
    expect(joined).toMatchObject({ code: 0 });
    expect(await hasGiven(at.start)).toEqual([textOf(at.start)]);
  }, 180_000);

  it('are taken back with the range', async () => {
    await edit({ metalLBRange: null });

    await eventually(async () => expect(await told()).toEqual(NOTHING));
    expect(await pool()).toBeNull();
    await edit({ metalLBRange: at.start });
    expect(await hasGiven(at.start)).toEqual([textOf(at.start)]);
  });
});

describeWithout('a member without MetalLB', () => {
  afterAll(async () => {
    await edit({ metalLBRange: null });
  });

  it('says so when it is asked for addresses, and stays a member', async () => {
    await edit({ metalLBRange: { addressFrom: '198.51.100.10', addressTo: '198.51.100.20' } });

    await eventually(async () =>
      expect(await told()).toMatchObject({
        addresses: null,
        status: 'False',
        reason: 'NoMetalLB',
        message: expect.stringContaining('cluster2 has no MetalLB in the namespace metallb-system'),
      }),
    );
    expect(await read()).toMatchObject({ joinStatus: 'JOIN' });
    const { kubectlOut } = world.commands;
    expect(await kubectlOut('describe', 'oc', CLUSTER, '-n', 'openmcp')).toContain('NoMetalLB');
  });

  it('is asked again with the next edit', async () => {
    const handle = world.temporal.workflow.getHandle(`GiveAddresses/${CLUSTER}`);
    await handle.result();
    const { runId } = await handle.describe();

    await edit({ metalLBRange: { addressFrom: '198.51.100.10', addressTo: '198.51.100.30' } });

    await eventually(async () => expect((await handle.describe()).runId).not.toBe(runId));
    expect(await handle.result()).toMatch(/^failed: cluster2 has no MetalLB/);
  });

  it('says nothing any more once it is not asked', async () => {
    await edit({ metalLBRange: null });

    await eventually(async () => expect(await told()).toEqual(NOTHING));
  });
});
