import { describe, expect, it } from '@jest/globals';
import { parseArguments } from '../../../deploy/local/arguments.ts';
import { memberPlaces, type Settings, serviceAddress } from '../../../deploy/local/settings.ts';

const capable = () => null;
const incapable = () => 'they need root';

function settingsOf(
  args: string[],
  environment: NodeJS.ProcessEnv = {},
  problem: () => string | null = incapable,
): Settings {
  const parsed = parseArguments(args, environment, problem);
  if (parsed.kind !== 'run') throw new Error(`not run: ${JSON.stringify(parsed)}`);
  return parsed.options.settings;
}

describe('parseArguments', () => {
  it('starts two members unless told otherwise', () => {
    expect(settingsOf(['start'])).toMatchObject({ members: 2, openmcp: true });
    expect(settingsOf(['start', '--members', '4', '--no-openmcp'])).toMatchObject({
      members: 4,
      openmcp: false,
    });
  });

  it.each([
    { args: ['strat'], says: 'unknown command strat' },
    { args: ['start', '--members', 'many'], says: '--members many' },
    { args: ['start', '--members', '21'], says: '0 to 20' },
    { args: ['start', '--member', '3'], says: '--member' },
    { args: ['start', 'stop'], says: '"stop": start takes options alone' },
    { args: ['start', '--nodes-mode', 'fake'], says: '--nodes-mode fake: it takes real or kwok' },
    { args: ['start', '--nodes-mode', 'real'], says: 'they need root' },
  ])('$args: says what is wrong', ({ args, says }) => {
    const parsed = parseArguments(args, {}, incapable);

    expect(parsed).toMatchObject({ kind: 'bad', message: expect.stringContaining(says) });
  });

  it('runs one real node in each member where it can, and no simulated ones', () => {
    const nodes = settingsOf(['start'], {}, capable);

    expect(nodes).toMatchObject({ realNodes: 1, kwokNodes: 0 });
    expect(settingsOf(['start', '--nodes', '2', '--kwok-nodes', '3'], {}, capable)).toMatchObject({
      realNodes: 2,
      kwokNodes: 3,
    });
  });

  it('runs three simulated nodes where it cannot, and says why', () => {
    expect(parseArguments(['start'], {}, incapable)).toMatchObject({
      options: { settings: { realNodes: 0, kwokNodes: 3 }, simulatedBecause: 'they need root' },
    });
  });

  it('simulates nodes where that is asked for', () => {
    expect(
      parseArguments(['start', '--nodes-mode', 'kwok', '--nodes', '5'], {}, capable),
    ).toMatchObject({
      options: { settings: { realNodes: 0, kwokNodes: 5 }, simulatedBecause: null },
    });
  });

  it.each([
    { args: ['--members', '16'], says: '0 to 15' },
    { args: ['--nodes', '13'], says: '0 to 12' },
  ])('$args: is more than the addresses of real nodes allow', ({ args, says }) => {
    expect(parseArguments(['start', ...args], {}, capable)).toMatchObject({
      kind: 'bad',
      message: expect.stringContaining(says),
    });
  });

  it('refuses addresses that are not loopback', () => {
    expect(parseArguments(['start'], { OPENMCP_SUBNET: '10.0.3' })).toMatchObject({
      kind: 'bad',
      message: expect.stringContaining('OPENMCP_SUBNET=10.0.3'),
    });
  });

  it('keeps what follows a suite as paths', () => {
    expect(parseArguments(['test', 'unit', 'scheduler'], {})).toMatchObject({
      kind: 'run',
      verb: 'test',
      options: { rest: ['unit', 'scheduler'] },
    });
  });

  it('helps for every command', () => {
    for (const verb of ['start', 'stop', 'test', 'bench', 'build']) {
      expect(parseArguments([verb, '--help'], {})).toEqual({ kind: 'help', verb });
    }
  });
});

describe('addresses', () => {
  it('are those of the seeds by default', () => {
    const settings = settingsOf(['start', '--members', '3']);

    expect(memberPlaces(settings).map(({ name, address }) => `${name} ${address}`)).toEqual([
      'cluster1 127.0.3.40',
      'cluster2 127.0.3.50',
      'cluster3 127.0.3.60',
    ]);
    expect(serviceAddress(settings)).toBe('127.0.0.1');
  });

  it('of two fleets with different subnets have nothing in common', () => {
    const other = settingsOf(['start'], { OPENMCP_SUBNET: '127.0.4' });

    expect(memberPlaces(other).map(({ address }) => address)).toEqual(['127.0.4.40', '127.0.4.50']);
    expect(serviceAddress(other)).toBe('127.0.4.1');
  });

  it('give members different regions and sizes', () => {
    const [one, two] = memberPlaces(settingsOf(['start']));

    expect([one?.region, two?.region]).toEqual(['AS', 'EU']);
    expect(one?.cpu).not.toBe(two?.cpu);
  });
});
