/** The command in this process: typed arguments in, what a terminal shows out. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { ErrorCode, OpenMcpError } from '../../../src/api/errors.ts';
import { runOpenmcp } from '../../../src/cli/run.ts';
import { Registry } from '../../../src/nfs/registry.ts';
import { type KubeconfigParts, kubeconfig } from '../nfs/kubeconfigs.ts';
import type { FakeHub } from './fake-hub.ts';

export const HUB = '10.0.3.30';

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Terminal {
  /** Of this test file: its home, and what commands run in. */
  readonly folder: string;
  /** The hub that commands find; none at first. */
  hub: FakeHub | null;
  /** Environment that commands find; empty at first. */
  env: Record<string, string>;
  openmcp(...args: readonly string[]): Promise<Answer>;
  /** The same with text on its standard input. */
  openmcpIn(text: string, ...args: readonly string[]): Promise<Answer>;
  /** Writes a kubeconfig; answers its path. */
  kubeconfig(name: string, parts?: KubeconfigParts): string;
  file(name: string, text: string): string;
  /** A registry with the hub in it; answers its address. */
  registry(act?: (registry: Registry) => Promise<void>): Promise<string>;
}

export function useTerminal(): Terminal {
  const folder = mkdtempSync(join(tmpdir(), 'openmcp-cli-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const terminal: Terminal = {
    folder,
    hub: null,
    env: {},
    openmcp: (...args) => terminal.openmcpIn('', ...args),
    async openmcpIn(text, ...args) {
      const shown = { stdout: '', stderr: '' };
      const stream = (name: 'stdout' | 'stderr') => ({
        write: (part: string) => {
          shown[name] += part;
        },
      });
      const around = {
        env: { HOME: folder, ...terminal.env },
        stdin: typed(text),
        stdout: stream('stdout'),
        stderr: stream('stderr'),
        cwd: () => folder,
      };
      const code = await runOpenmcp(args, around, async () => {
        if (terminal.hub !== null) return terminal.hub;
        throw new OpenMcpError(ErrorCode.Unavailable, 'cannot reach the hub: there is none');
      });
      return { code, ...shown };
    },
    kubeconfig: (name, parts) => terminal.file(`${name}.kubeconfig`, kubeconfig(name, parts)),
    file(name, text) {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    },
    async registry(act = async () => undefined) {
      const root = mkdtempSync(join(folder, 'registry-'));
      const registry = Registry.open(root);
      await registry.registerMaster(HUB, kubeconfig('openmcp'));
      await act(registry);
      return root;
    },
  };
  return terminal;
}

async function* typed(text: string): AsyncGenerator<string> {
  yield text;
}
