/** Registers the hub and joins the members, by the same commands that people type. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { OPENMCP_NAMESPACE } from '../../src/api/meta.ts';
import { OPENMCP_CLUSTERS } from '../../src/kubernetes/resources.ts';
import { withClient } from './clusters.ts';
import type { InnerPlace } from './components/network/addresses.ts';
import { environment } from './components/openmcp/component.ts';
import { HUB, hubPlace, memberPlaces, paths, ROOT, type Settings } from './settings.ts';

/** Idempotent: what is registered or joined already is left as it is. */
export async function joinMembers(settings: Settings, say: (line: string) => void): Promise<void> {
  const hub = hubPlace(settings);
  const known = await openmcp(settings, ['join', 'list', '--output', 'json'], { mayFail: true });
  if (known.code !== 0) await openmcp(settings, ['register', 'openmcp']);
  const places = memberPlaces(settings);
  const joined = addresses(known.output);
  const waiting = addresses(
    (await openmcp(settings, ['unjoin', 'list', '--output', 'json'])).output,
  );
  await Promise.all(
    places.map(async ({ name, address, inner }) => {
      if (joined.has(address)) {
        // It may have been joined when it had no real nodes.
        if (inner !== null) await giveRange(settings, name, inner);
        return;
      }
      if (!waiting.has(address)) {
        const kubeconfig = paths.kubeconfig(settings, name);
        await openmcp(settings, [
          'register',
          'member',
          '--ip',
          hub.address,
          '--kubeconfig',
          kubeconfig,
        ]);
      }
      // They are given to the member as a pool once it has joined.
      const range = inner && [
        '--lb-range',
        `${inner.loadBalancers.from}-${inner.loadBalancers.to}`,
      ];
      await openmcp(settings, ['join', 'cluster', '--ip', address, ...(range ?? [])]);
      say(`  joined ${name} (${address})`);
    }),
  );
}

function giveRange(settings: Settings, name: string, { loadBalancers }: InnerPlace): Promise<void> {
  const metalLBRange = { addressFrom: loadBalancers.from, addressTo: loadBalancers.to };
  return withClient(settings, HUB, async (hub) => {
    const ref = { namespace: OPENMCP_NAMESPACE, name };
    await hub.patch(OPENMCP_CLUSTERS, ref, { spec: { metalLBRange } }, { type: 'merge' });
  });
}

function addresses(output: string): Set<string> {
  return new Set([...output.matchAll(/"ip":\s*"([^"]+)"/g)].map(([, ip]) => ip ?? ''));
}

async function openmcp(
  settings: Settings,
  args: readonly string[],
  options: { mayFail?: boolean } = {},
): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, [join(ROOT, 'src/cli/openmcp.mjs'), ...args], {
    env: { ...process.env, ...environment(settings) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let complaint = '';
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    complaint += data.toString();
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve(status ?? 1));
  });
  if (code !== 0 && options.mayFail !== true) {
    throw new Error(
      `openmcp ${args.join(' ')} failed (${code}): ${complaint.trim() || output.trim()}`,
    );
  }
  return { code, output };
}
