/** Every suite runs on jest with swc; `--selectProjects unit` runs one of them. */

import { fileURLToPath } from 'node:url';

const rootDir = fileURLToPath(new URL('..', import.meta.url));

const suite = (name, options = {}) => ({
  displayName: name,
  rootDir,
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  testEnvironment: 'node',
  // A fleet's etcd keeps .snap files there, which jest would take for its own.
  modulePathIgnorePatterns: ['<rootDir>/.openmcp'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' } },
    ],
  },
  ...options,
});

export default {
  rootDir,
  testTimeout: 120_000,
  projects: [
    suite('unit'),
    suite('repository'),
    suite('workflows'),
    suite('replay'),
    suite('integration'),
    suite('e2e'),
  ],
};
