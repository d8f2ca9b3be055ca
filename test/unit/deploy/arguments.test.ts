import { describe, expect, it } from '@jest/globals';
import { parseArguments } from '../../../deploy/local/arguments.ts';
import { memberPlaces, type Settings, serviceAddress } from '../../../deploy/local/settings.ts';

function settingsOf(args: string[], environment: NodeJS.ProcessEnv = {}): Settings {
  const parsed = parseArguments(args, environment);
  if (parsed.kind !== 'run') throw new Error(`not run: ${JSON.stringify(parsed)}`);
  return parsed.options.settings;
}

describe('parseArguments', () => {
  it('starts two members of three nodes unless told otherwise', () => {
    expect(settingsOf(['start'])).toMatchObject({ members: 2, nodesPerMember: 3, openmcp: true });
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
  ])('$args: says what is wrong', ({ args, says }) => {
    const parsed = parseArguments(args, {});

    expect(parsed).toMatchObject({ kind: 'bad', message: expect.stringContaining(says) });
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
