/** Commands as a user types them, against the fleet that tests run on. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Fleet } from './fleet.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Commands {
  /** kubectl on the hub, or with `--context` and the name of a member. */
  readonly kubectl: (...args: string[]) => Promise<Answer>;
  /** kubectl that must succeed; its output without the last line break. */
  readonly kubectlOut: (...args: string[]) => Promise<string>;
  /** The same with a document on its standard input. */
  readonly kubectlIn: (document: object, ...args: string[]) => Promise<Answer>;
  /** kubectl that runs until it is stopped. */
  readonly kubectlStart: (...args: string[]) => {
    readonly output: () => string;
    readonly stop: () => void;
  };
  readonly openmcp: (...args: string[]) => Promise<Answer>;
}

export function commandsOf(fleet: Fleet): Commands {
  const { endpoints } = fleet;
  const { kubeconfig, ip } = endpoints.clusters['openmcp'] ?? { kubeconfig: '', ip: '' };
  const environment = {
    ...process.env,
    KUBECONFIG: join(endpoints.control, '../kubeconfig'),
    OPENMCP_KUBECONFIG: kubeconfig,
    OPENMCP_REGISTRY: endpoints.nfs.url,
    OPENMCP_IP: ip,
  };
  const type = (program: string, args: readonly string[], input = '') =>
    run(program, args, { environment, input });
  const kubectl = (...args: string[]) => type('kubectl', args);
  return {
    kubectl,
    async kubectlOut(...args) {
      const { code, stdout, stderr } = await kubectl(...args);
      if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${stderr}`);
      return stdout.trimEnd();
    },
    kubectlIn: (document, ...args) =>
      type('kubectl', [...args, '-f', '-'], JSON.stringify(document)),
    kubectlStart(...args) {
      const child = start('kubectl', args, environment);
      let output = '';
      child.stdout.on('data', (data: Buffer) => {
        output += data.toString();
      });
      return { output: () => output, stop: () => child.kill() };
    },
    openmcp: (...args) => type(process.execPath, [join(root, 'src/cli/openmcp.mjs'), ...args]),
  };
}

const start = (program: string, args: readonly string[], env: NodeJS.ProcessEnv) =>
  spawn(program, args, { cwd: root, env });

function run(
  program: string,
  args: readonly string[],
  options: { readonly environment: NodeJS.ProcessEnv; readonly input: string },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = start(program, args, options.environment);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data: Buffer) => {
      stdout += data.toString();
    });
    child.stderr.on('data', (data: Buffer) => {
      stderr += data.toString();
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, stdout, stderr }));
    child.stdin.end(options.input);
  });
}
