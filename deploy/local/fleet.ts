/** Brings a fleet up, in the order that its parts need each other, and as much at once as they allow. */

import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './build.ts';
import { ensureCertificates } from './certificates.ts';
import { prepareHub, prepareMember } from './clusters.ts';
import type { Build, Context } from './component.ts';
import { build as contourBuild } from './components/contour/component.ts';
import { build as corednsBuild } from './components/coredns/component.ts';
import { build as envoyBuild } from './components/envoy/component.ts';
import { etcd, build as etcdBuild } from './components/etcd/component.ts';
import { ensureArchives } from './components/images/archives.ts';
import { busyboxBuild, build as imagesBuild, nginxBuild } from './components/images/component.ts';
import {
  apiServer,
  controllerManager,
  build as kubernetesBuild,
  scheduler,
} from './components/kubernetes/component.ts';
import { kwok, build as kwokBuild } from './components/kwok/component.ts';
import { localPath, build as localPathBuild } from './components/local-path/component.ts';
import { metallbStandIn } from './components/metallb-stand-in/component.ts';
import { build as metricsBuild, metricsServer } from './components/metrics-server/component.ts';
import { build as networkBuild } from './components/network/component.ts';
import { nfs, build as nfsBuild } from './components/nfs/component.ts';
import { containerdBuild, build as nodeBuild } from './components/node/component.ts';
import { FleetNodes } from './components/node/fleet-nodes.ts';
import { bundleWorkflows, ourProcess } from './components/openmcp/component.ts';
import { temporal, build as temporalBuild } from './components/temporal/component.ts';
import { joinMembers } from './joining.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import {
  type ClusterPlace,
  cacheFolder,
  hubPlace,
  memberPlaces,
  paths,
  ROOT,
  type Settings,
} from './settings.ts';
import type { Supervisor } from './supervisor.ts';

/** All that is built, the longest first. A new component is its folder and a line here and below. */
const BUILDS: readonly Build[] = [
  kubernetesBuild,
  temporalBuild,
  kwokBuild,
  metricsBuild,
  etcdBuild,
  nfsBuild,
];
/** What real nodes need besides. */
const REAL_BUILDS: readonly Build[] = [
  corednsBuild,
  contourBuild,
  localPathBuild,
  containerdBuild,
  networkBuild,
  nodeBuild,
  imagesBuild,
  nginxBuild,
  busyboxBuild,
  envoyBuild,
];

export function buildsOf({ realNodes }: Settings): readonly Build[] {
  return realNodes > 0 ? [...BUILDS, ...REAL_BUILDS] : BUILDS;
}

export async function startFleet(
  settings: Settings,
  supervisor: Supervisor,
  say: (line: string) => void,
): Promise<void> {
  mkdirSync(settings.state, { recursive: true, mode: 0o700 });
  rmSync(paths.endpoints(settings.state), { force: true });
  const built = await ensureBuilt(buildsOf(settings), say);
  const pidOf = (name: string) => supervisor.pids()[name] ?? null;
  const context: Context = { settings, built, pidOf };
  linkTools(context);
  const members = memberPlaces(settings);
  const places = [hubPlace(settings), ...members];
  await makeKeys(settings, places);

  const isReal = settings.realNodes > 0;
  const servers = isReal
    ? 'etcd, Temporal, NFS, the control planes and the nodes'
    : 'etcd, Temporal, NFS and the control planes';
  say(`Starting ${servers} …`);
  const nodes = isReal ? await prepareNodes(context, supervisor, say) : null;
  await Promise.all([
    supervisor.start(temporal(context)),
    supervisor.start(nfs(context)),
    settings.openmcp ? bundleWorkflows(context) : Promise.resolve(),
    nodes?.startMachines(),
    supervisor
      .start(etcd(context))
      .then(() => Promise.all(places.map((place) => supervisor.start(apiServer(context, place))))),
  ]);
  await Promise.all([
    ...places.map((place) => supervisor.start(controllerManager(context, place))),
    prepareHub(settings),
    ...members.map((place) => startMember(context, supervisor, place, nodes)),
  ]);
  if (isReal) await supervisor.start(metallbStandIn(context));
  if (settings.openmcp) {
    say('Starting OpenMCP and joining the members …');
    await Promise.all(
      (['worker', 'controller'] as const).map((name) =>
        supervisor.start(ourProcess(context, name)),
      ),
    );
    await joinMembers(settings, say);
  }
}

async function prepareNodes(
  context: Context,
  supervisor: Supervisor,
  say: (line: string) => void,
): Promise<FleetNodes> {
  const folder = join(cacheFolder(process.env), 'images');
  const images = await ensureArchives(context.built, folder, say);
  return new FleetNodes(context, supervisor, images);
}

async function startMember(
  context: Context,
  supervisor: Supervisor,
  place: ClusterPlace,
  nodes: FleetNodes | null,
): Promise<void> {
  const { settings } = context;
  const prepared = prepareMember(context, place);
  const others = async () => {
    await prepared;
    await Promise.all([
      supervisor.start(scheduler(context, place)),
      ...(settings.kwokNodes > 0 ? [supervisor.start(kwok(context, place))] : []),
      supervisor.start(metricsServer(context, place)),
      ...(nodes === null ? [] : [supervisor.start(localPath(context, place))]),
    ]);
  };
  await Promise.all([nodes?.startNodes(place.name, prepared), others()]);
}

async function makeKeys(settings: Settings, places: readonly ClusterPlace[]): Promise<void> {
  const entries = places.map((place) => ({
    place,
    folder: paths.cluster(settings, place.name),
    certificate: 'admin',
  }));
  for (const entry of entries) {
    await ensureCertificates(entry.folder, entry.place);
    writeKubeconfig(paths.kubeconfig(settings, entry.place.name), [entry]);
  }
  writeKubeconfig(join(settings.state, 'kubeconfig'), entries);
}

/** The clients that people need, in one folder for their PATH. */
function linkTools({ settings, built }: Context): void {
  const folder = join(settings.state, 'bin');
  mkdirSync(folder, { recursive: true });
  for (const [component, name] of [
    ['kubernetes', 'kubectl'],
    ['temporal', 'temporal'],
  ] as const) {
    const program = built.program(component, name);
    if (!existsSync(program)) continue;
    writeTool(folder, name, `"${program}"`);
  }
  const cli = join(ROOT, 'src/cli/openmcp.mjs');
  writeTool(folder, 'openmcp', `"${process.execPath}" "${cli}"`);
}

function writeTool(folder: string, name: string, command: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 });
}
