/** One Temporal server and one workflow bundle per test file; one worker and task queue per test. */

import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';

const logger = new DefaultLogger('ERROR');
const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));

export interface TemporalSuite {
  /** Runs `body` while a worker serves `activities`; starts `workflow` with `input` before. */
  run(
    what: { workflow: string; input: unknown; activities: object; id?: string },
    body: (handle: WorkflowHandle) => Promise<void>,
  ): Promise<void>;
}

export function useTemporal(): TemporalSuite {
  let environment: TestWorkflowEnvironment;
  let workflowBundle: { code: string };

  beforeAll(async () => {
    Runtime.install({ logger });
    const path = process.env['OPENMCP_TEMPORAL_CLI'];
    if (path === undefined) {
      throw new Error('OPENMCP_TEMPORAL_CLI must name the Temporal CLI; `npm test` sets it');
    }
    environment = await TestWorkflowEnvironment.createLocal({
      server: {
        executable: { type: 'existing-path', path },
        log: { format: 'pretty', level: 'error' },
      },
    });
    workflowBundle = await bundleWorkflowCode({ workflowsPath, logger });
  }, 120_000);
  afterAll(() => environment?.teardown());

  return {
    async run({ workflow, input, activities, id = randomUUID() }, body) {
      const taskQueue = randomUUID();
      const worker = await Worker.create({
        connection: environment.nativeConnection,
        workflowBundle,
        activities,
        taskQueue,
      });
      await worker.runUntil(async () => {
        const args = [input];
        const start = { workflowId: id, taskQueue, args };
        await body(await environment.client.workflow.start(workflow, start));
      });
    },
  };
}
