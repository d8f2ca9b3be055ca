/** What a component of the fleet is: something to build, and processes to run. */

import type { Settings } from './settings.ts';

/** How its programs come to be. The folder's name is that of the component. */
export type Build =
  | {
      readonly kind: 'go';
      readonly component: string;
      readonly version: string;
      /** Packages to build, with the name of each program. `tool`: all that go.mod calls tools. */
      readonly target:
        | 'tool'
        | { readonly package: string; readonly output: string }
        | { readonly packages: string };
      readonly programs: readonly string[];
      /** Without libc, to run in an image that holds nothing else. */
      readonly isStatic?: boolean;
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
      /** These alone, whatever this machine has; else also what they need and this machine lacks. */
      readonly isExact?: boolean;
      /** A file that is there once all are unpacked, in the folder that they are unpacked into. */
      readonly program: string;
    }
  | {
      readonly kind: 'script';
      readonly component: string;
      readonly version: string;
      /** In the component's folder; its one argument is the folder to fill. */
      readonly script: string;
      readonly program: string;
    };

/** One process of the fleet. */
export interface Process {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A command that runs it somewhere else, looked up at each start; throws while there is no such place. */
  readonly within?: () => readonly string[];
  /** What is done around the process after each start, before `ready` is asked. */
  readonly started?: (pid: number) => Promise<void>;
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
  /** Of a process of the fleet as it runs now; null while it does not. */
  readonly pidOf: (name: string) => number | null;
}
