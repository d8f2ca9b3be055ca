/** What a run of the command is given: its terminal, its environment, its way to the hub. */

import type { KubeClient } from '../kubernetes/client.ts';
import type { Output, Stream } from './output.ts';
import type { Environment, Settings } from './settings.ts';

export interface Surroundings {
  readonly env: Environment;
  readonly stdin: AsyncIterable<Buffer | string>;
  readonly stdout: Stream;
  readonly stderr: Stream;
  cwd(): string;
}

/** A client of the hub that the settings name. The caller closes it. */
export type Connect = (settings: Settings) => Promise<KubeClient>;

/** What a command is given besides its own options. */
export interface Run {
  readonly settings: Settings;
  readonly output: Output;
  readonly stdin: Surroundings['stdin'];
  connect(): Promise<KubeClient>;
}
