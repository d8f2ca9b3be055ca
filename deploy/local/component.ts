/** What a component of the fleet is: something to build, and processes to run. */

import type { Settings } from './settings.ts';

/** How its programs come to be. The folder's name is that of the component. */
export type Build =
  | {
      readonly kind: 'go';
      readonly component: string;
      readonly version: string;
      /** Packages to build, with the name of each program. `tool`: all that go.mod calls tools. */
      readonly target: 'tool' | { readonly package: string; readonly output: string };
      readonly programs: readonly string[];
      /** Values that the linker writes into variables, by their name. */
      readonly variables?: Readonly<Record<string, string>>;
      /** Files of modules that the programs read at run time: module, path, name in the result. */
      readonly files?: readonly (readonly [string, string, string])[];
    }
  | {
      readonly kind: 'debian';
      readonly component: string;
      readonly version: string;
      readonly packages: readonly string[];
      /** A file that is there once all are unpacked, below the unpacked root. */
      readonly program: string;
    };

/** One process of the fleet. */
export interface Process {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Addresses it will listen on; looked at before, so that an occupied one is named. */
  readonly listens: readonly { readonly host: string; readonly port: number }[];
  /** Resolves when it serves; called again and again until it does not throw. */
  readonly ready: () => Promise<void>;
  /** How long it may take to stop before it is killed. */
  readonly stopSeconds?: number;
}

/** Where what was built is. */
export interface Built {
  /** Folder of the programs, or the unpacked root. */
  folder(component: string): string;
  program(component: string, name: string): string;
}

export interface Context {
  readonly settings: Settings;
  readonly built: Built;
}
