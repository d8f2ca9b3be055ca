/** What everybody may read: histories carry no secret, and what is not supported yet says so. */

import { expect, it } from '@jest/globals';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import * as z from 'zod';
import { OPENMCP_NAMESPACE } from '../../src/api/meta.ts';
import { memberSecretName } from '../../src/fleet/member-secret.ts';
import { SECRETS } from '../../src/kubernetes/resources.ts';
import { eventually } from '../support/eventually.ts';
import { useWorld } from '../support/hub.ts';
import { membershipOf } from '../support/membership.ts';

const world = useWorld();
const { registeredFile } = membershipOf(world, 'cluster1');
/** Long enough to be nothing else, short enough to be found where a text is cut. */
const RECOGNIZED = 40;

const Data = z.object({ token: z.string() });

function secretsOf(data: unknown, kubeconfig: string): string[] {
  const { token } = Data.parse(data);
  const plain = Buffer.from(token, 'base64').toString();
  const [, key = ''] = /client-key-data: *(\S+)/.exec(kubeconfig) ?? [];
  const signature = plain.split('.').at(-1) ?? '';
  const pem = Buffer.from(key, 'base64').toString().split('\n')[1] ?? '';
  return [token, plain, signature, key, pem];
}

it('no history holds a token or a key', async () => {
  const ref = { namespace: OPENMCP_NAMESPACE, name: memberSecretName('cluster1') };
  const secret = await world.hub.read(SECRETS, ref);
  const secrets = secretsOf(secret?.['data'], (await registeredFile('join')).text);
  for (const each of secrets) expect(each.length).toBeGreaterThan(RECOGNIZED);
  const pieces = secrets.flatMap((each) => {
    const piece = each.slice(0, RECOGNIZED);
    return [piece, Buffer.from(piece).toString('base64').slice(0, RECOGNIZED)];
  });

  const ids = ['JoinCluster/cluster1', 'JoinCluster/cluster2'];
  for (const id of ids) {
    const history = historyToJSON(await world.temporal.workflow.getHandle(id).fetchHistory());
    // Payloads are base64 in there: read as what they are.
    const read = history.replaceAll(/"data": "([^"]+)"/g, (_, data: string) =>
      Buffer.from(data, 'base64').toString(),
    );
    expect(read).toContain('takeJoinStep');
    for (const piece of pieces) {
      expect(history).not.toContain(piece);
      expect(read).not.toContain(piece);
    }
  }
});

it('a kind without a workflow yet is accepted, and told so', async () => {
  const { kubectl, kubectlOut } = world.commands;
  const created = await kubectl('create', '-f', 'sample/openmcpservice/.');
  expect(created).toMatchObject({ code: 0 });
  try {
    await eventually(async () =>
      expect(
        await kubectlOut('get', 'openmcpservices', '-A', '-o', 'jsonpath={..status.conditions}'),
      ).toMatch(/"reason":"NotSupportedYet".*"status":"False"/),
    );
  } finally {
    await kubectl('delete', '-f', 'sample/openmcpservice/.');
  }
});
