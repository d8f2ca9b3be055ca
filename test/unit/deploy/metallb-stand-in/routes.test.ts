import { afterEach, describe, expect, it } from '@jest/globals';
import pino from 'pino';
import {
  Announcer,
  merge,
} from '../../../../deploy/local/components/metallb-stand-in/announcer.ts';
import { commandsFor } from '../../../../deploy/local/components/metallb-stand-in/routes.ts';
import { named } from '../../../../deploy/local/components/network/namespace.ts';
import { eventually } from '../../../support/eventually.ts';

const table = (routes: Readonly<Record<string, string>>) => new Map(Object.entries(routes));

describe('commandsFor', () => {
  it('adds what is missing, changes what differs, takes away what is not wanted', () => {
    const present = table({
      '10.0.0.1': '172.30.0.1',
      '10.0.0.2': '172.30.0.1',
      '10.0.0.3': '172.30.0.1',
    });
    const wanted = table({
      '10.0.0.1': '172.30.0.1',
      '10.0.0.2': '172.30.0.2',
      '10.0.0.4': '172.30.0.2',
    });

    expect(commandsFor(present, wanted)).toEqual([
      'route del 10.0.0.3 proto 201',
      'route replace 10.0.0.2/32 via 172.30.0.2 proto 201',
      'route add 10.0.0.4/32 via 172.30.0.2 proto 201',
    ]);
    expect(commandsFor(wanted, wanted)).toEqual([]);
  });

  it('names the command that failed', () => {
    expect(named('Nexthop has invalid gateway.; Command failed -:2', ['route a', 'route b'])).toBe(
      'Nexthop has invalid gateway.; ip route b',
    );
  });
});

it('leads an address that two members gave to the first, and tells of it', () => {
  const tables = new Map([
    ['two', table({ '10.0.0.1': '172.30.2.1', '10.0.0.2': '172.30.2.1' })],
    ['one', table({ '10.0.0.1': '172.30.1.1' })],
  ]);

  const { routes, clashes } = merge(['one', 'two'], tables);

  expect(Object.fromEntries(routes)).toEqual({
    '10.0.0.1': '172.30.1.1',
    '10.0.0.2': '172.30.2.1',
  });
  expect(clashes).toEqual([expect.stringContaining('10.0.0.1 of two')]);
});

describe('Announcer', () => {
  /** A network that can be made anew, and can be missing. */
  class Network {
    exists = true;
    routes: Record<string, string> = {};

    put(routes: ReadonlyMap<string, string>): Promise<void> {
      if (!this.exists) return Promise.reject(new Error('there is no network'));
      this.routes = Object.fromEntries(routes);
      return Promise.resolve();
    }
  }

  let stop = (): Promise<void> => Promise.resolve();
  afterEach(() => stop());

  function announcing(network: Network, times: { againMs?: number; waitMs?: number }): Announcer {
    const log = pino({ level: 'silent' });
    const announcer = new Announcer({ members: ['one', 'two'], routes: network, log, ...times });
    stop = () => announcer.stop();
    return announcer;
  }

  it('leaves the routes of a member alone that is not known yet, for a while', async () => {
    const network = new Network();
    network.routes = { '10.0.0.2': '172.30.2.1' };
    const announcer = announcing(network, { waitMs: 200 });

    announcer.set('one', table({ '10.0.0.1': '172.30.1.1' }));
    await Promise.resolve();
    expect(network.routes).toEqual({ '10.0.0.2': '172.30.2.1' });

    await eventually(() => expect(network.routes).toEqual({ '10.0.0.1': '172.30.1.1' }));
  });

  it('puts what all members want, and again into a network that was made anew', async () => {
    const network = new Network();
    network.exists = false;
    const announcer = announcing(network, { againMs: 20 });

    announcer.set('one', table({ '10.0.0.1': '172.30.1.1' }));
    announcer.set('two', table({}));
    await eventually(() => expect(announcer.trouble).toBe('there is no network'));

    for (let made = 0; made < 2; made += 1) {
      network.exists = true;
      network.routes = {};
      await eventually(() => expect(network.routes).toEqual({ '10.0.0.1': '172.30.1.1' }));
    }
    await eventually(() => expect(announcer.trouble).toBeNull());
  });
});
