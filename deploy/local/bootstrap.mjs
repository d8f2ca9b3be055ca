/**
 * The first command typed in a fresh clone: checks what must be there, installs what is missing, and
 * hands over to main.ts under the pinned Node. Plain JavaScript without dependencies, for any Node ≥ 20.
 */

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const stamp = `${root}node_modules/.openmcp-lock`;

/** What the scripts need of the machine, and what to do when it is not there. */
const NEEDS = [
  {
    name: 'Node 20 or newer',
    found: () => Number(process.versions.node.split('.')[0]) >= 20,
    fix: 'install Node from nodejs.org or your distribution',
  },
  {
    name: 'Go 1.26 or newer',
    found: () => atLeast(output('go', ['env', 'GOVERSION']), 1, 26),
    fix: 'install Go from go.dev/dl and put it on PATH',
  },
  {
    name: 'a C compiler',
    found: () => works('cc', ['--version']),
    fix: 'apt install gcc libc6-dev',
  },
  { name: 'openssl', found: () => works('openssl', ['version']), fix: 'apt install openssl' },
  {
    name: 'apt-get and dpkg-deb (Debian or Ubuntu)',
    found: () => works('apt-get', ['--version']) && works('dpkg-deb', ['--version']),
    fix: 'the NFS server is unpacked from Debian packages; run this on Debian or Ubuntu',
  },
];

const verb = process.argv[2] ?? 'help';
if (!['stop', 'help', '--help'].includes(verb)) checkMachine();
installPackages();
handOver();

function checkMachine() {
  const missing = NEEDS.filter(({ found }) => !found());
  if (missing.length === 0) return;
  for (const { name, fix } of missing) process.stderr.write(`missing: ${name}\n  fix: ${fix}\n`);
  process.exit(2);
}

function installPackages() {
  const lock = createHash('sha256')
    .update(readFileSync(`${root}package-lock.json`))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  process.stderr.write('Installing packages (npm ci) …\n');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) {
    process.stderr.write('cannot install packages: npm ci failed; its messages are above\n');
    process.exit(status ?? 1);
  }
  writeFileSync(stamp, lock);
}

function handOver() {
  const node = `${root}node_modules/.bin/node`;
  const child = spawn(node, [`${root}deploy/local/main.ts`, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, PATH: `${root}node_modules/.bin:${process.env.PATH}` },
  });
  // A terminal sends Ctrl-C to both; a kill reaches only this one and is passed on.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => {
    process.exit(code ?? (signal === 'SIGINT' ? 130 : 1));
  });
  child.on('error', (error) => {
    process.stderr.write(`cannot run ${node}: ${error.message}\n`);
    process.exit(1);
  });
}

function works(command, args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

function output(command, args) {
  return spawnSync(command, args, { encoding: 'utf8' }).stdout ?? '';
}

function atLeast(version, major, minor) {
  const [, foundMajor, foundMinor] = /(\d+)\.(\d+)/.exec(version) ?? [];
  return (
    Number(foundMajor) > major || (Number(foundMajor) === major && Number(foundMinor) >= minor)
  );
}
