/** When a member is given addresses. */

import { describe, expect, it } from '@jest/globals';
import { asked, overdue } from '../../../src/watcher/clusters.ts';
import { type Change, RANGE, state } from './member-states.ts';

/** A member that has what it asks for. */
const GIVEN = { range: RANGE, addresses: RANGE, told: ['Given', 1] } as const;
const lacking = (reason: string) => ({ range: RANGE, told: [reason, 1] }) as const;

describe('addresses asked for by a change', () => {
  const joined = (change: Change) => state('JOIN', change);
  const give = ['giveAddresses'];

  it.each([
    { what: 'are there already', now: joined(GIVEN), before: null, expected: [] },
    { what: 'were never asked for', now: joined({}), before: null, expected: [] },
    {
      what: 'are given after a join',
      now: joined({ range: RANGE, generation: 2 }),
      before: state('JOINING', { range: RANGE }),
      expected: give,
    },
    {
      what: 'were edited while nobody watched',
      now: joined({ ...GIVEN, range: '10.0.3.1-10.0.3.9', generation: 2 }),
      before: null,
      expected: give,
    },
    {
      what: 'are asked for, whatever else is told',
      now: joined({ range: RANGE }),
      before: joined({ range: RANGE }),
      expected: give,
    },
    {
      what: 'are taken back',
      now: joined({ addresses: RANGE, told: ['Given', 1], generation: 2 }),
      before: joined(GIVEN),
      expected: give,
    },
    {
      what: 'are those that were given, after others were refused',
      now: joined({ ...GIVEN, told: ['Rejected', 2], generation: 3 }),
      before: joined({ range: '10.0.3.1-10.0.3.9', addresses: RANGE, generation: 2 }),
      expected: give,
    },
    {
      what: 'are not asked for any more, but a refusal is still told',
      now: joined({ told: ['NoMetalLB', 1], generation: 2 }),
      before: joined(lacking('NoMetalLB')),
      expected: give,
    },
    {
      what: 'were refused',
      now: joined(lacking('NoMetalLB')),
      before: joined({ range: RANGE }),
      expected: [],
    },
    {
      what: 'were refused before a start',
      now: joined(lacking('Rejected')),
      before: null,
      expected: [],
    },
    {
      what: 'were refused, then the spec was edited',
      now: joined({ ...lacking('NoMetalLB'), generation: 2 }),
      before: joined(lacking('NoMetalLB')),
      expected: give,
    },
    {
      what: 'could not be given just now',
      now: joined(lacking('Unreachable')),
      before: joined({ range: RANGE }),
      expected: [],
    },
    {
      what: 'could not be given, but it is back',
      now: joined(lacking('Unreachable')),
      before: joined({ ...lacking('Unreachable'), ready: 'False' }),
      expected: give,
    },
    {
      what: 'could not be given before a start',
      now: joined(lacking('Unreachable')),
      before: null,
      expected: give,
    },
    {
      what: 'are not given while it leaves',
      now: state('UNJOINING', { range: RANGE }),
      before: state('UNJOINING', { range: RANGE }),
      expected: [],
    },
    {
      what: 'are not given while it is deleted',
      now: joined({ range: RANGE, deleting: true }),
      before: joined({ range: RANGE, deleting: true }),
      expected: [],
    },
    {
      what: 'are not given while it joins',
      now: state('JOINING', { range: RANGE }),
      before: state('JOINING', { range: RANGE }),
      expected: [],
    },
  ])('$what → $expected', ({ now, before, expected }) => {
    const sagas = asked(now, before).map(({ workflow, startIt }) => startIt && workflow);

    expect(sagas.filter((each) => each === 'giveAddresses')).toEqual(expected);
  });
});

describe('addresses that are overdue', () => {
  const token = { cluster: 'seoul', expiresAt: 10_000, lifetimeMs: 10_000 };

  it.each([
    {
      what: 'a member without its addresses',
      member: state('JOIN', { range: RANGE }),
      expected: ['giveAddresses'],
    },
    {
      what: 'one that failed to get them, and answers',
      member: state('JOIN', lacking('Unreachable')),
      expected: ['giveAddresses'],
    },
    {
      what: 'one that failed to get them, and does not answer',
      member: state('JOIN', { ...lacking('Unreachable'), ready: 'False' }),
      expected: [],
    },
    {
      what: 'one that was refused them',
      member: state('JOIN', lacking('NoMetalLB')),
      expected: [],
    },
    {
      what: 'one that has them',
      member: state('JOIN', GIVEN),
      expected: [],
    },
  ])('of $what: $expected', ({ member, expected }) => {
    expect(overdue(member, token, 1_000).map(({ workflow }) => workflow)).toEqual(expected);
  });
});
