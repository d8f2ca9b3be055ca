/** Whether runs that began under an older version go on under this one. */

import { beforeAll, describe, expect, it } from '@jest/globals';
import { Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import * as z from 'zod';
import * as workflows from '../../workflows/index.ts';
import { CASES } from '../histories/cases.ts';
import { fileOf, folderOf, recordedFiles, textOf } from '../histories/files.ts';
import { bundleOfToday, quietRuntime } from '../support/temporal-server.ts';

let workflowBundle: WorkflowBundleWithSourceMap;

beforeAll(async () => {
  quietRuntime();
  workflowBundle = await bundleOfToday();
}, 60_000);

const Named = z.looseObject({ name: z.string() });
/** Of a history, what the tests change; all else goes through. */
const History = z.looseObject({
  events: z.array(
    z.looseObject({
      workflowExecutionStartedEventAttributes: z
        .looseObject({ workflowId: z.string(), workflowType: Named })
        .optional(),
      activityTaskScheduledEventAttributes: z.looseObject({ activityType: Named }).optional(),
    }),
  ),
});
type History = z.infer<typeof History>;

const historyIn = (file: string): History => History.parse(JSON.parse(textOf(file)));

function startOf(history: History) {
  const start = history.events[0]?.workflowExecutionStartedEventAttributes;
  if (start === undefined) throw new Error('the history does not begin with a start');
  return start;
}

function activitiesOf(history: History) {
  return history.events.flatMap(
    ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled ?? [],
  );
}

const replayed = (history: History) =>
  Worker.runReplayHistory({ workflowBundle }, history, startOf(history).workflowId);

describe('the recorded histories', () => {
  it.each(recordedFiles())('go on under the workflows of today: %s', async (file) => {
    await expect(replayed(historyIn(file))).resolves.toBeUndefined();
  });

  it.each(Object.keys(workflows))('hold runs of every workflow: %s', (workflow) => {
    const folder = `${folderOf(workflow)}/`;

    const runs = recordedFiles().filter((file) => file.startsWith(folder));

    expect(runs).not.toEqual([]);
    for (const file of runs) expect(startOf(historyIn(file)).workflowType.name).toBe(workflow);
  });

  it('are those of the cases, and no others', () => {
    expect(recordedFiles()).toEqual(CASES.map(fileOf).toSorted());
  });
});

describe('a replay', () => {
  const nondeterminism = { message: expect.stringMatching(/[Nn]ondeterminism/) };

  it('fails when the workflow is another one', async () => {
    const history = historyIn('pay-debt/of-a-member.json');
    startOf(history).workflowType.name = 'renewCredentials';

    await expect(replayed(history)).rejects.toMatchObject(nondeterminism);
  });

  it('fails when two activities change places', async () => {
    const history = historyIn('renew-credentials/renewed.json');
    const [first, second] = activitiesOf(history);
    if (first === undefined || second === undefined) throw new Error('too few activities');
    [first.activityType, second.activityType] = [second.activityType, first.activityType];

    await expect(replayed(history)).rejects.toMatchObject(nondeterminism);
  });

  it('fails when the workflow does one thing more', async () => {
    const history = historyIn('join-cluster/unfit.json');
    const nothingToDo = historyIn('join-cluster/nothing-to-do.json');
    const whole = nothingToDo.events.length - 1;
    // As far as both go the same way; what the workflow returned then, it must have returned now.
    history.events.splice(whole, Infinity, ...nothingToDo.events.slice(whole));

    await expect(replayed(history)).rejects.toMatchObject(nondeterminism);
  });
});
