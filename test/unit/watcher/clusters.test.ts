import { describe, expect, it } from '@jest/globals';
import { asked, dueForRenewal, overdue } from '../../../src/watcher/clusters.ts';
import { state } from './member-states.ts';

const sagas = (...states: Parameters<typeof asked>) =>
  asked(...states).map(({ workflow, startIt }) => `${startIt ? 'start' : 'tell'} ${workflow}`);

describe('asked', () => {
  it.each([
    { what: 'found joining', now: state('JOINING'), before: null, expected: ['start joinCluster'] },
    {
      what: 'set to joining',
      now: state('JOINING', { generation: 2 }),
      before: state('UNJOIN'),
      expected: ['start joinCluster'],
    },
    {
      what: 'its own status written',
      now: state('JOINING'),
      before: state('JOINING'),
      expected: [],
    },
    { what: 'joined at rest', now: state('JOIN'), before: null, expected: [] },
    {
      what: 'set to unjoining',
      now: state('UNJOINING', { generation: 2 }),
      before: state('JOIN'),
      expected: ['start unjoinCluster'],
    },
    {
      what: 'deleted while joined',
      now: state('JOIN', { deleting: true }),
      before: state('JOIN'),
      expected: ['start unjoinCluster'],
    },
    {
      what: 'deleted after it left',
      now: state('UNJOIN', { deleting: true }),
      before: state('UNJOIN'),
      expected: [],
    },
    {
      what: 'back while leaving',
      now: state('UNJOINING'),
      before: state('UNJOINING', { ready: 'False' }),
      expected: ['start unjoinCluster'],
    },
    {
      what: 'told to stay',
      now: state('JOIN', { generation: 2 }),
      before: state('UNJOINING'),
      expected: ['tell unjoinCluster'],
    },
    {
      what: 'called off while joining',
      now: state('UNJOIN', { generation: 2 }),
      before: state('JOINING'),
      expected: ['tell joinCluster'],
    },
    {
      what: 'deleted while joining',
      now: state('JOINING', { deleting: true }),
      before: state('JOINING'),
      expected: ['tell joinCluster', 'start unjoinCluster'],
    },
    {
      what: 'set to joining with a debt that can be paid',
      now: state('JOINING', { generation: 2, owed: [{}] }),
      before: state('UNJOIN', { owed: [{}] }),
      expected: ['start joinCluster', 'start payDebt'],
    },
    {
      what: 'back with a debt',
      now: state('UNJOIN', { owed: [{}] }),
      before: state('UNJOIN', { ready: 'False', owed: [{}] }),
      expected: ['start payDebt'],
    },
    {
      what: 'away with a debt',
      now: state('UNJOIN', { ready: 'False', owed: [{}] }),
      before: null,
      expected: [],
    },
  ])('$what → $expected', ({ now, before, expected }) => {
    expect(sagas(now, before)).toEqual(expected);
  });
});

it.each([
  { left: 0.5, due: false },
  { left: 0.21, due: false },
  { left: 0.19, due: true },
  { left: -1, due: true },
])('renews a token with $left of its life left: $due', ({ left, due }) => {
  const lifetimeMs = 1000;
  const now = 10_000;

  expect(
    dueForRenewal({ cluster: 'seoul', lifetimeMs, expiresAt: now + left * lifetimeMs }, now),
  ).toBe(due);
});

describe('overdue', () => {
  const long = { cluster: 'seoul', expiresAt: 10_000, lifetimeMs: 10_000 };
  const ended = { ...long, expiresAt: 1_000 };

  it.each([
    { what: 'a member at rest', member: state('JOIN'), token: long, expected: [] },
    { what: 'one that left', member: state('UNJOIN'), token: null, expected: [] },
    {
      what: 'a join that is not over',
      member: state('JOINING'),
      token: null,
      expected: ['joinCluster: still joining'],
    },
    {
      what: 'a leave that is not over',
      member: state('UNJOINING'),
      token: long,
      expected: ['unjoinCluster: still leaving'],
    },
    {
      what: 'a deletion that is not over',
      member: state('JOIN', { deleting: true }),
      token: long,
      expected: ['unjoinCluster: still leaving'],
    },
    {
      what: 'a debt to one that answers',
      member: state('UNJOIN', { owed: [{}] }),
      token: null,
      expected: ['payDebt: still owed'],
    },
    {
      what: 'a debt to one that does not answer',
      member: state('UNJOIN', { owed: [{}], ready: 'False' }),
      token: null,
      expected: [],
    },
    {
      what: 'a token at its end',
      member: state('JOIN'),
      token: ended,
      expected: ['renewCredentials: token ends soon'],
    },
    {
      what: 'a member without credentials',
      member: state('JOIN'),
      token: null,
      expected: ['renewCredentials: no token'],
    },
  ])('is $what: $expected', ({ member, token, expected }) => {
    const found = overdue(member, token, 1_000).map((each) => `${each.workflow}: ${each.reason}`);

    expect(found).toEqual(expected);
  });
});
