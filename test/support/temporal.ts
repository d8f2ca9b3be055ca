/** One Temporal server and one workflow bundle per test file; one worker and task queue per test. */

import { afterAll, beforeAll } from '@jest/globals';
import { type Run, startTemporal, type TemporalServer } from './temporal-server.ts';

export interface TemporalSuite extends Pick<TemporalServer, 'run'> {
  /** What the workflow returns when nothing happens meanwhile. */
  result(what: Run): Promise<unknown>;
}

export function useTemporal(): TemporalSuite {
  let server: TemporalServer;
  beforeAll(async () => {
    server = await startTemporal({});
  }, 120_000);
  afterAll(() => server?.stop());
  return {
    run: (what, body) => server.run(what, body),
    async result(what) {
      let end: unknown;
      await server.run(what, async (handle) => {
        end = await handle.result();
      });
      return end;
    },
  };
}
