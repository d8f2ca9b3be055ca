/** A node whose pods are processes: its files, and running things in its namespaces. */

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Context, Process } from '../../component.ts';
import { librariesOf } from '../../debian.ts';
import { writeKubeconfig } from '../../kubeconfig.ts';
import { type ClusterPlace, paths } from '../../settings.ts';
import type { InnerPlace, NodePlace } from '../network/addresses.ts';
import { CONTAINERD_SOCKET } from './configs.ts';
import { enter, firstProcess, isPrepared } from './machine.ts';

const run = promisify(execFile);
const NAMESPACES = ['--mount', '--pid', '--net', '--uts', '--ipc'];
/** Of an archive of some 100 MB on a busy machine. */
const IMPORT_MS = 120_000;

export class RealNode {
  readonly context: Context;
  readonly place: ClusterPlace;
  readonly inner: InnerPlace;
  readonly node: NodePlace;
  /** What it keeps: containers, pods, volumes, and what its programs are told. */
  readonly folder: string;

  constructor(context: Context, place: ClusterPlace, inner: InnerPlace, node: NodePlace) {
    this.context = context;
    this.place = place;
    this.inner = inner;
    this.node = node;
    this.folder = paths.node(context.settings, node.name);
    mkdirSync(join(this.folder, 'cni'), { recursive: true, mode: 0o700 });
  }

  /** Of its unpacked packages. */
  get root(): string {
    return join(this.context.built.folder('node'), 'root');
  }

  get libraries(): { LD_LIBRARY_PATH: string } {
    return { LD_LIBRARY_PATH: librariesOf(this.root) };
  }

  /** A key or certificate of its cluster. */
  key(name: string): string {
    return join(paths.cluster(this.context.settings, this.place.name), name);
  }

  /** Writes a file of its own; its path. */
  write(name: string, text: string): string {
    const file = join(this.folder, name);
    writeFileSync(file, text);
    return file;
  }

  /** One that leads to the API server from inside; its path. */
  kubeconfig(name: string, certificate: string): string {
    const { place, inner } = this;
    const file = join(this.folder, `${name}.kubeconfig`);
    writeKubeconfig(file, [{ place, folder: this.key('.'), certificate, address: inner.api }]);
    return file;
  }

  /** A process in its namespaces, whatever its first process is at the time. */
  inside(
    program: string,
    command: string,
  ): Pick<Process, 'name' | 'command' | 'within' | 'listens' | 'stopSeconds'> {
    return {
      name: `${this.node.name}/${program}`,
      command,
      within: () => enter(this.#first(), NAMESPACES),
      // In the node's own network, where nobody else is.
      listens: [],
      stopSeconds: 3,
    };
  }

  /** Throws unless something listens on that port of its loopback address. */
  async reaches(port: number): Promise<void> {
    const words = [
      ...enter(this.#first(), ['--net']),
      'bash',
      '-c',
      `: < /dev/tcp/127.0.0.1/${port}`,
    ];
    await this.#run(words, 5_000);
  }

  /** The client of its containerd. */
  async ctr(args: readonly string[]): Promise<void> {
    const program = this.context.built.program('containerd', 'ctr');
    const words = [...enter(this.#first(), ['--mount']), program, '--address', CONTAINERD_SOCKET];
    await this.#run([...words, ...args], IMPORT_MS);
  }

  /** Those that it does not have yet; containerd must be up. */
  async importImages(archives: readonly string[]): Promise<void> {
    const file = join(this.folder, 'images');
    const have = new Set(existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []);
    for (const archive of archives.filter((each) => !have.has(each))) {
      await this.ctr(['-n', 'k8s.io', 'images', 'import', '--local', archive]);
      have.add(archive);
      writeFileSync(file, [...have].join('\n'));
    }
  }

  #first(): number {
    const { name } = this.node;
    const pid = firstProcess(this.context.pidOf(name));
    if (pid === null || !isPrepared(pid)) throw new Error(`${name} is not up`);
    return pid;
  }

  async #run([command = '', ...args]: readonly string[], timeout: number): Promise<void> {
    await run(command, args, { timeout });
  }
}
