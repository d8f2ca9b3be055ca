import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { commandsOf } from '../../support/commands.ts';
import { fleetFromEnvironment } from '../../support/fleet.ts';

const folder = fileURLToPath(new URL('../../../sample', import.meta.url));
const samples = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.yaml'),
);

it.each(samples)('the hub accepts sample/%s', async (name) => {
  const { kubectl } = commandsOf(fleetFromEnvironment());

  const answer = await kubectl(
    ...['apply', '--context', 'openmcp', '--dry-run=server', '--validate=strict'],
    ...['-f', join(folder, name)],
  );

  expect(answer).toMatchObject({ code: 0, stdout: expect.stringMatching(/\(server dry run\)$/m) });
});
