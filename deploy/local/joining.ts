/** Registers the hub and joins the members, by the same commands that people type. */

import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OPENMCP_NAMESPACE } from '../../src/api/meta.ts';
import { memberState } from '../../src/fleet/member-state.ts';
import { isRecord } from '../../src/kubernetes/object.ts';
import { OPENMCP_CLUSTERS } from '../../src/kubernetes/resources.ts';
import { Registry } from '../../src/nfs/registry.ts';
import { withClient } from './clusters.ts';
import type { InnerPlace } from './components/network/addresses.ts';
import { nfsUrl } from './components/nfs/component.ts';
import { environment } from './components/openmcp/component.ts';
import {
  type ClusterPlace,
  HUB,
  hubPlace,
  memberPlaces,
  paths,
  ROOT,
  type Settings,
} from './settings.ts';

/** Idempotent: what is registered or joined already is left as it is. */
export async function joinMembers(settings: Settings, say: (line: string) => void): Promise<void> {
  const hub = hubPlace(settings);
  const known = await openmcp(settings, ['join', 'list', '--output', 'json'], { mayFail: true });
  if (known.code !== 0) await openmcp(settings, ['register', 'openmcp']);
  const places = memberPlaces(settings);
  const joined = new Set([...addresses(known.output), ...(await remembered(settings, places))]);
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

/**
 * Without root the NFS server keeps its files in memory, and forgets the registry when it ends: what our
 * members had there is put back. Addresses of those that were.
 */
function remembered(settings: Settings, places: readonly ClusterPlace[]): Promise<string[]> {
  const registry = Registry.open(nfsUrl(settings));
  const master = hubPlace(settings).address;
  return withClient(settings, HUB, async (hub) => {
    try {
      const known = (await registry.listMembers(master, 'join')).map(({ ip }) => ip);
      const back: string[] = [];
      for (const { name, address } of places.filter((place) => !known.includes(place.address))) {
        const found = await hub.read(OPENMCP_CLUSTERS, { namespace: OPENMCP_NAMESPACE, name });
        if (found === null || memberState(found).joinStatus !== 'JOIN') continue;
        const kubeconfig = await readFile(paths.kubeconfig(settings, name), 'utf8');
        await registry.registerMember(master, address, kubeconfig);
        await registry.moveMember(master, address, 'join');
        back.push(address);
      }
      return back;
    } finally {
      await registry.close();
    }
  });
}

/** Unless it says something else already. */
function giveRange(settings: Settings, name: string, { loadBalancers }: InnerPlace): Promise<void> {
  const metalLBRange = { addressFrom: loadBalancers.from, addressTo: loadBalancers.to };
  return withClient(settings, HUB, async (hub) => {
    const ref = { namespace: OPENMCP_NAMESPACE, name };
    const spec = (await hub.read(OPENMCP_CLUSTERS, ref))?.['spec'];
    if (!isRecord(spec) || spec['metalLBRange'] !== undefined) return;
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
