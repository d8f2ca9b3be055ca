import { describe, expect, it } from '@jest/globals';
import { answered, unreachable } from '../../../src/kubernetes/failures.ts';

describe('an answer of an API server', () => {
  it.each([
    [400, 'Rejected'],
    [401, 'Unavailable'],
    [403, 'Rejected'],
    [404, 'NotFound'],
    [405, 'Rejected'],
    [409, 'Conflict'],
    [410, 'Conflict'],
    [415, 'Rejected'],
    [422, 'Rejected'],
    [429, 'Unavailable'],
    [500, 'Unavailable'],
    [503, 'Unavailable'],
  ])('%i becomes %s', (status, code) => {
    expect(answered('read Pod a/b', status, null).code).toBe(code);
  });

  it('says the message of the Status alone, on one line', () => {
    const error = answered('create Pod a/b', 422, {
      kind: 'Status',
      message: 'Pod "b" is invalid:\n  spec.containers: Required value',
      reason: 'Invalid',
      details: { secret: 'hidden' },
    });
    expect(error.message).toBe(
      'cannot create Pod a/b: Pod "b" is invalid: spec.containers: Required value',
    );
    expect(error.reason).toBe('Invalid');
  });

  it('cuts what is long', () => {
    expect(answered('x', 422, { message: 'y'.repeat(5000) }).message).toHaveLength(310);
  });

  it('does not quote a body that is not a Status', () => {
    expect(answered('x', 502, '<html>token=abc</html>').message).toBe('cannot x: HTTP 502');
  });
});

describe('a server that cannot be reached', () => {
  it('names the cause of the first address tried', () => {
    const both = new AggregateError([new Error('connect ECONNREFUSED ::1:1'), new Error('other')]);
    expect(unreachable('list pods', both).message).toBe(
      'cannot list pods: connect ECONNREFUSED ::1:1',
    );
    expect(unreachable('list pods', both).code).toBe('Unavailable');
  });
});
