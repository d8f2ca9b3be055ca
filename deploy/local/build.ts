/** Builds what the fleet runs, once per version and machine kind, into a cache that checkouts share. */

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, createWriteStream, existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, delimiter, join } from 'node:path';
import type { Build, Built } from './component.ts';
import { cacheFolder, ROOT } from './settings.ts';

const COMPONENTS = join(ROOT, 'deploy/local/components');
const UNPACK = join(ROOT, 'deploy/local/unpack.sh');
/** A lock this old was left by a build that was killed. */
const STALE_LOCK_MS = 30 * 60_000;

/** Makes sure that everything in `builds` is there; says what it does when that takes long. */
export async function ensureBuilt(
  builds: readonly Build[],
  say: (line: string) => void,
): Promise<Built> {
  const folders = new Map<string, string>();
  for (const build of builds) folders.set(build.component, await ensureOne(build, say));
  const folder = (component: string) => {
    const found = folders.get(component);
    if (found === undefined) throw new Error(`cannot find component ${component}: it has no build`);
    return found;
  };
  return { folder, program: (component, name) => join(folder(component), name) };
}

async function ensureOne(build: Build, say: (line: string) => void): Promise<string> {
  const given = givenPrograms(build);
  if (given !== null) return given;
  const digest = await digestOf(build);
  const name = `${build.component}-${build.version}-${process.platform}-${process.arch}-${digest}`;
  const folder = join(cacheFolder(process.env), name);
  if (existsSync(join(folder, '.complete'))) return folder;
  await mkdir(cacheFolder(process.env), { recursive: true });
  const unlock = await lock(`${folder}.lock`, () => say(`  waiting for another build of ${name}`));
  try {
    if (existsSync(join(folder, '.complete'))) return folder;
    const temporary = `${folder}.${process.pid}`;
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
    const begun = Date.now();
    const log = join(cacheFolder(process.env), `${name}.log`);
    say(`  building ${build.component} ${build.version} (log: ${log})`);
    const ticking = setInterval(() => say(`  … ${build.component}: ${seconds(begun)} s`), 30_000);
    try {
      await make(build, temporary, log);
    } finally {
      clearInterval(ticking);
    }
    await writeFile(join(temporary, '.complete'), `${new Date().toISOString()}\n`);
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
    say(`  built ${build.component} in ${seconds(begun)} s`);
    return folder;
  } finally {
    await unlock();
  }
}

async function make(build: Build, folder: string, log: string): Promise<void> {
  if (build.kind === 'go') return goBuild(build, folder, log);
  if (build.kind === 'debian') await unpackDebian(build, folder, log);
  else {
    const script = join(COMPONENTS, build.component, build.script);
    await run('bash', [script, folder], { cwd: folder, log });
  }
  await stat(join(folder, build.program));
}

/** A folder that the user names, in which all programs are. */
function givenPrograms(build: Build): string | null {
  const given = process.env['OPENMCP_BIN'];
  if (given === undefined || build.kind !== 'go' || build.files !== undefined) return null;
  const found = given
    .split(delimiter)
    .find((folder) => build.programs.every((program) => isExecutable(join(folder, program))));
  return found ?? null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function digestOf(build: Build): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(build));
  for (const file of await sourcesOf(build)) hash.update(await readFile(file));
  return hash.digest('hex').slice(0, 12);
}

/** Files that its programs are made of. */
async function sourcesOf(build: Build): Promise<string[]> {
  if (build.kind === 'debian') return [UNPACK];
  const folder = join(COMPONENTS, build.component);
  const isSource = build.kind === 'script' ? /\.(sh|txt)$/ : /(?<!_test)\.go$/;
  const names = await readdir(folder, { recursive: true });
  const own = names.filter((name) => isSource.test(basename(name))).toSorted();
  const all = build.kind === 'go' ? ['go.mod', 'go.sum', ...own] : own;
  return all.map((name) => join(folder, name));
}

async function goBuild(build: Build & { kind: 'go' }, folder: string, log: string): Promise<void> {
  const source = join(COMPONENTS, build.component);
  const { target, variables = {} } = build;
  const what = whatOf(target, folder);
  // Builds of released sources: neither paths of this machine nor debug symbols are of use.
  const flags = [
    '-s -w',
    ...Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`),
  ];
  const options = ['-trimpath', '-buildvcs=false', '-ldflags', flags.join(' ')];
  const env = build.isStatic === true ? { CGO_ENABLED: '0' } : {};
  await run('go', ['build', ...options, ...what], { cwd: source, log, env });
  for (const [module, path, name] of build.files ?? []) {
    const where = await run('go', ['list', '-m', '-f', '{{.Dir}}', module], { cwd: source, log });
    await copyFile(join(where.trim(), path), join(folder, name));
  }
}

function whatOf(target: (Build & { kind: 'go' })['target'], folder: string): string[] {
  if (target === 'tool') return ['-o', `${folder}/`, 'tool'];
  if ('packages' in target) return ['-o', `${folder}/`, target.packages];
  return ['-o', join(folder, target.output), target.package];
}

/** Unpacks packages, and those of their dependencies that this machine lacks, without root. */
async function unpackDebian(
  build: Build & { kind: 'debian' },
  folder: string,
  log: string,
): Promise<void> {
  const mode = build.isExact === true ? 'exactly' : 'with-dependencies';
  await run('bash', [UNPACK, folder, mode, ...build.packages], { cwd: folder, log });
}

function run(
  command: string,
  args: readonly string[],
  to: { cwd: string; log: string; env?: Record<string, string> },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: to.cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...to.env },
    });
    const log = createWriteStream(to.log, { flags: 'a' });
    let output = '';
    let tail = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
      log.write(data);
    });
    child.stderr.on('data', (data: Buffer) => {
      tail = (tail + data.toString()).slice(-1_500);
      log.write(data);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      log.end();
      if (code === 0) resolve(output);
      else
        reject(
          new Error(
            `cannot build: ${command} ${args[0] ?? ''} ended with ${code}; see ${to.log}\n${tail}`,
          ),
        );
    });
  });
}

/** Two checkouts that start at once must not build the same thing twice. */
async function lock(file: string, waiting: () => void): Promise<() => Promise<void>> {
  for (let told = false; ; ) {
    try {
      await writeFile(file, String(process.pid), { flag: 'wx' });
      return () => rm(file, { force: true });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    if (await isStale(file)) await rm(file, { force: true });
    if (!told) waiting();
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

async function isStale(file: string): Promise<boolean> {
  try {
    const holder = await readFile(file, 'utf8');
    if (!existsSync(`/proc/${holder}`)) return true;
    return Date.now() - (await stat(file)).mtimeMs > STALE_LOCK_MS;
  } catch {
    return false;
  }
}

function seconds(since: number): string {
  return ((Date.now() - since) / 1000).toFixed(0);
}
