/**
 * A stand-in for MetalLB in the local fleet: one process for all of its members.
 *
 * It honours IPAddressPools and the annotations of Services as MetalLB does, for IPv4. What it does
 * not: L2Advertisements are accepted and not read, every pool is announced; no BGP; no address is
 * shared. Real clusters run MetalLB itself.
 */

import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import pino from 'pino';
import * as z from 'zod';
import { kubeClient } from '../../../../src/kubernetes/client.ts';
import { credentialsFromFile } from '../../../../src/kubernetes/own-credentials.ts';
import { Announcer } from './announcer.ts';
import { networkRoutes } from './routes.ts';
import { StandIn } from './stand-in.ts';

const pair = (separator: string) =>
  z.string().transform((text, context): [string, string] => {
    const at = text.indexOf(separator);
    if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
    context.addIssue(`"${text}" has no ${separator}`);
    return z.NEVER;
  });

const Settings = z.object({
  /** name=kubeconfig, of each member. */
  member: z.array(pair('=')).default([]),
  /** Socket of the launcher. */
  control: z.string(),
  /** host:port, for the question whether it serves. */
  listen: pair(':'),
});

const { values } = parseArgs({
  options: {
    member: { type: 'string', multiple: true },
    control: { type: 'string' },
    listen: { type: 'string' },
  },
});
const { member: members, control, listen } = Settings.parse(values);
const log = pino({
  name: 'metallb-stand-in',
  level: process.env['OPENMCP_LOG_LEVEL'] ?? 'info',
});

const names = members.map(([name]) => name);
const announcer = new Announcer({ members: names, routes: networkRoutes(control), log });
const clients = await Promise.all(
  members.map(async ([, kubeconfig]) => kubeClient(await credentialsFromFile(kubeconfig))),
);
const standIns = clients.map((client, index) => {
  const cluster = names[index] ?? '';
  return new StandIn({
    client,
    onRoutes: (routes) => announcer.set(cluster, routes),
    log: log.child({ cluster }),
  });
});

/** 200 once every member is followed; the routes are told, but wait for a network that may come later. */
const server = createServer((_, response) => {
  const waiting = names.filter((_name, index) => standIns[index]?.isSynced !== true);
  response.writeHead(waiting.length === 0 ? 200 : 503, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify({ waiting, trouble: announcer.trouble })}\n`);
});
const [host, port] = listen;
server.listen(Number(port), host, () => log.info({ members: names }, 'Serving'));

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}

async function stop(): Promise<void> {
  log.info('Stopping');
  server.close();
  await Promise.all(standIns.map((standIn) => standIn.stop()));
  await announcer.stop();
  await Promise.all(clients.map((client) => client.close()));
}
