import { describe, expect, it } from '@jest/globals';
import { workQueue } from '../../../src/kubernetes/queue.ts';

/** Flights that land when the test says so. */
function runway() {
  const began: string[] = [];
  const landings: (() => void)[] = [];
  const handle = (key: string, hint: number): Promise<void> => {
    began.push(`${key}${hint}`);
    return new Promise((resolve) => {
      landings.push(resolve);
    });
  };
  return { began, handle, land: () => landings.shift()?.() };
}

const tick = (ms = 0): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

describe('workQueue', () => {
  it('flies a key once with the newest hint, however often it was added', async () => {
    const { began, handle, land } = runway();
    const queue = workQueue({ concurrency: 1, handle });
    queue.add('busy', 0);
    for (const hint of [1, 2, 3]) queue.add('a', hint);
    await tick();
    land();
    await tick();

    expect(began).toEqual(['busy0', 'a3']);
    land();
    await queue.stop();
  });

  it('flies a key again that was added during its flight, and never twice at once', async () => {
    const { began, handle, land } = runway();
    const queue = workQueue({ concurrency: 5, handle });
    queue.add('a', 1);
    await tick();
    queue.add('a', 2);
    queue.add('a', 3);
    await tick();
    expect(began).toEqual(['a1']);

    land();
    await tick();

    expect(began).toEqual(['a1', 'a3']);
    land();
    await queue.stop();
  });

  it('keeps to its concurrency', async () => {
    const { began, handle, land } = runway();
    const queue = workQueue({ concurrency: 2, handle });
    for (const key of ['a', 'b', 'c', 'd']) queue.add(key, 0);
    await tick();
    expect(began).toEqual(['a0', 'b0']);
    expect(queue.depth).toBe(4);

    land();
    await tick();

    expect(began).toEqual(['a0', 'b0', 'c0']);
    for (let count = 0; count < 3; count += 1) {
      land();
      await tick();
    }
    await queue.stop();
    expect(queue.depth).toBe(0);
  });

  it('repeats a flight that failed, later each time, and forgets the failures after a success', async () => {
    const times: number[] = [];
    const errors: string[] = [];
    const done = Promise.withResolvers<void>();
    const queue = workQueue<number>({
      concurrency: 1,
      retry: { minMs: 40, maxMs: 10_000 },
      onError: (_error, key) => errors.push(key),
      async handle() {
        times.push(performance.now());
        if (times.length < 4) throw new Error('not yet');
        done.resolve();
      },
    });
    queue.add('a', 1);
    await done.promise;
    await queue.stop();

    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(errors).toEqual(['a', 'a', 'a']);
    // 40, 80 and 160 ms, each give or take a half; timers may be a millisecond early.
    for (const [index, least] of [19, 39, 79].entries())
      expect(waits[index]).toBeGreaterThan(least);
    expect(queue.depth).toBe(0);
  });

  it('does not wait out a backoff when the key is added anew, nor fly for it afterwards', async () => {
    const began: number[] = [];
    const queue = workQueue<number>({
      concurrency: 1,
      retry: { minMs: 60, maxMs: 60 },
      async handle(_key, hint) {
        began.push(hint);
        if (hint === 1) throw new Error('refused');
      },
    });
    queue.add('a', 1);
    await tick();
    queue.add('a', 2);
    await tick(150);

    expect(began).toEqual([1, 2]);
    await queue.stop();
  });

  it('lets the earliest of several delays count, with the newest hint', async () => {
    const began: [number, number][] = [];
    const start = performance.now();
    const queue = workQueue<number>({
      concurrency: 1,
      async handle(_key, hint) {
        began.push([hint, performance.now() - start]);
      },
    });
    queue.add('a', 1, 60);
    queue.add('a', 2, 5_000);
    queue.add('a', 3, 400);
    await tick(250);

    expect(began).toHaveLength(1);
    expect(began[0]?.[0]).toBe(3);
    expect(began[0]?.[1]).toBeGreaterThan(55);
    await queue.stop();
  });

  it('stops when the last flight has landed, and begins nothing after', async () => {
    const { began, handle, land } = runway();
    const queue = workQueue({ concurrency: 1, handle });
    queue.add('a', 0);
    queue.add('b', 0);
    await tick();
    let stopped = false;
    const stop = async (): Promise<void> => {
      await queue.stop();
      stopped = true;
    };
    const stopping = stop();
    await tick();
    expect(stopped).toBe(false);

    land();
    await stopping;
    queue.add('c', 0);
    await tick();

    expect(began).toEqual(['a0']);
  });
});
