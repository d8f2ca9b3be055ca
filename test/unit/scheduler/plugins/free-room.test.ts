import { expect, it } from '@jest/globals';
import { freeRoom } from '../../../../src/scheduler/plugins/free-room.ts';
import { candidate } from '../../../fakes/fleet.ts';

it.each([
  [10, 10, 100, 'the roomiest'],
  [5, 10, 50, 'half of it'],
])('room %d of %d scores %d: %s', (room, largestRoom, score, _why) => {
  expect(freeRoom(candidate({ room, largestRoom }))).toBe(score);
});
