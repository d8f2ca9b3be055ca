/** A Temporal server and today's workflow bundle; each run has a worker and a task queue of its own. */

import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import {
  bundleWorkflowCode,
  DefaultLogger,
  makeTelemetryFilterString,
  Runtime,
  Worker,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { PLACEMENT_QUEUE } from '../../workflows/contract.ts';

const logger = new DefaultLogger('ERROR');
const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));

/** A shard reads its new tasks 20 times a second; the one shard of a test would make every step wait. */
const UNTHROTTLED = ['--dynamic-config-value', 'history.transferProcessorMaxPollRPS=10000'];

export interface Run {
  readonly workflow: string;
  readonly input: unknown;
  readonly activities: object;
  /** Those of the worker that decides, when another one does. */
  readonly desk?: object;
  readonly id?: string;
}

export interface TemporalServer {
  /** Runs `body` while a worker serves `activities`; starts `workflow` with `input` before. */
  run(what: Run, body: (handle: WorkflowHandle) => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

/** Once per process or test file, and before any of its workers. */
export function quietRuntime(): void {
  const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
  Runtime.install({ logger, telemetryOptions: { logging: { filter } } });
}

export function bundleOfToday(): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({ workflowsPath, logger });
}

/** `identity` names client and worker in histories; without it, that is the machine and the process. */
export async function startTemporal(options: {
  readonly identity?: string;
}): Promise<TemporalServer> {
  quietRuntime();
  const path = process.env['OPENMCP_TEMPORAL_CLI'];
  if (path === undefined) {
    throw new Error('OPENMCP_TEMPORAL_CLI must name the Temporal CLI; `npm test` sets it');
  }
  const environment = await TestWorkflowEnvironment.createLocal({
    client: options,
    server: {
      executable: { type: 'existing-path', path },
      log: { format: 'pretty', level: 'error' },
      extraArgs: UNTHROTTLED,
    },
  });
  const workflowBundle = await bundleOfToday();
  return {
    async run({ workflow, input, activities, desk, id = randomUUID() }, body) {
      const taskQueue = randomUUID();
      const worker = await Worker.create({
        ...options,
        connection: environment.nativeConnection,
        workflowBundle,
        activities,
        taskQueue,
      });
      const served = async () => {
        const start = { workflowId: id, taskQueue, args: [input] };
        await body(await environment.client.workflow.start(workflow, start));
      };
      if (desk === undefined) return worker.runUntil(served);
      const decider = await Worker.create({
        ...options,
        connection: environment.nativeConnection,
        activities: desk,
        taskQueue: PLACEMENT_QUEUE,
      });
      await decider.runUntil(() => worker.runUntil(served));
    },
    stop: () => environment.teardown(),
  };
}
