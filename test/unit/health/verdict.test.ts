import { expect, it } from '@jest/globals';
import { type Health, judge, NEW_HEALTH } from '../../../src/health/verdict.ts';

const after = (...answers: ('ok' | 'silent')[]): Health =>
  answers.reduce(
    (health, answer) =>
      judge(health, { ok: answer === 'ok', reason: 'ClusterUnreachable', why: 'timed out' }, 3),
    NEW_HEALTH,
  );

it.each([
  { answers: ['ok'], ready: true, why: 'one answer is enough' },
  { answers: ['silent', 'silent'], ready: null, why: 'nothing is known yet' },
  { answers: ['ok', 'silent', 'silent'], ready: true, why: 'two silences are not three' },
  { answers: ['ok', 'silent', 'silent', 'silent'], ready: false, why: 'three in a row' },
  { answers: ['ok', 'silent', 'silent', 'ok', 'silent'], ready: true, why: 'not in a row' },
  { answers: ['silent', 'silent', 'silent', 'ok'], ready: true, why: 'it is back' },
] as const)('$answers → $ready: $why', ({ answers, ready }) => {
  expect(after(...answers).ready).toBe(ready);
});

it('says why it is not ready', () => {
  expect(after('silent', 'silent', 'silent')).toMatchObject({
    reason: 'ClusterUnreachable',
    message: 'timed out',
  });
});
