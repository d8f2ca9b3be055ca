import { describe, expect, it } from '@jest/globals';
import { driftPace } from '../../../src/watcher/drift-pace.ts';

const SECOND = 1_000;

describe('driftPace', () => {
  it('acts on what is still there at the second look, not on the first', () => {
    const pace = driftPace();

    expect(pace.seen('web', 0)).toEqual({ lookAfterMs: SECOND });
    expect(pace.seen('web', 400)).toEqual({ lookAfterMs: 600 });
    expect(pace.seen('web', SECOND)).toEqual({ act: true });
  });

  it('does not act on what was our own write under way', () => {
    const pace = driftPace();
    pace.seen('web', 0);
    pace.calm('web');

    expect(pace.seen('web', 5 * SECOND)).toEqual({ lookAfterMs: SECOND });
  });

  it('takes ever longer for one that drifts again and again, and no longer than a minute', () => {
    const pace = driftPace();
    const waits: number[] = [];
    let now = 0;
    for (let round = 0; round < 8; round += 1) {
      const look = pace.seen('web', now);
      if (!('lookAfterMs' in look)) throw new Error('acted at the first look');
      waits.push(look.lookAfterMs / SECOND);
      now += look.lookAfterMs;
      expect(pace.seen('web', now)).toEqual({ act: true });
      pace.calm('web');
    }

    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  });

  it('forgets one that was as it should be for five minutes', () => {
    const pace = driftPace();
    pace.seen('web', 0);
    pace.seen('web', SECOND);
    pace.calm('web');

    expect(pace.seen('web', 302 * SECOND)).toEqual({ lookAfterMs: SECOND });
  });

  it('keeps the pace of one apart from that of others', () => {
    const pace = driftPace();
    pace.seen('web', 0);
    pace.seen('web', SECOND);

    expect(pace.seen('api', SECOND)).toEqual({ lookAfterMs: SECOND });
    expect(pace.seen('web', SECOND)).toEqual({ lookAfterMs: 2 * SECOND });
  });
});
