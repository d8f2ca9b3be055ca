import { expect, it } from '@jest/globals';
import { nextTurn } from '../../../src/watcher/next-turn.ts';

const keys = ['d', 'a', 'c', 'b'];

it.each([
  { last: '', count: 2, expected: ['a', 'b'] },
  { last: 'b', count: 2, expected: ['c', 'd'] },
  { last: 'c', count: 2, expected: ['d', 'a'] },
  { last: 'd', count: 1, expected: ['a'] },
  { last: 'bb', count: 1, expected: ['c'] },
  { last: '', count: 9, expected: ['a', 'b', 'c', 'd'] },
  { last: 'a', count: 0, expected: [] },
])('after "$last" come $expected', ({ last, count, expected }) => {
  expect(nextTurn(keys, last, count)).toEqual(expected);
});
