import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Environment, type Flags, resolveSettings } from '../../../src/cli/settings.ts';

const root = mkdtempSync(join(tmpdir(), 'openmcp-settings-'));
afterAll(() => rmSync(root, { recursive: true }));

/** A folder with nothing above it, and one with a fleet above it. */
const bare = join(root, 'bare');
const beside = join(root, 'fleet/deep/down');
const file = (name: string) => join(root, name);
const endpoints = join(root, 'fleet/.openmcp/endpoints.json');

const FLEET = {
  temporal: { ui: 'http://127.0.0.1:8233' },
  clusters: { openmcp: { kubeconfig: file('fleet.config'), ip: '10.0.0.1' }, cluster1: {} },
  nfs: { url: 'nfs://127.0.0.1:2049/export' },
};

beforeEach(() => {
  for (const folder of [bare, beside, join(root, 'fleet/.openmcp'), join(root, 'home/.kube')])
    mkdirSync(folder, { recursive: true });
  for (const name of ['flag', 'openmcp', 'first', 'second', 'fleet'])
    writeFileSync(file(`${name}.config`), '');
  writeFileSync(join(root, 'home/.kube/config'), '');
  writeFileSync(endpoints, JSON.stringify(FLEET));
});

function settingsOf(flags: Partial<Flags> = {}, env: Environment = {}, folder = bare) {
  const home = { HOME: join(root, 'home') };
  return resolveSettings({ output: 'table', timeout: 180, ...flags }, { ...home, ...env }, folder);
}

/** Everything is given; a row takes away what comes first. */
const ALL_FLAGS = {
  kubeconfig: file('flag.config'),
  registry: '/flag',
  openmcpIp: '10.0.0.9',
};
const ALL_ENV = {
  OPENMCP_KUBECONFIG: file('openmcp.config'),
  KUBECONFIG: `:${file('first.config')}:${file('second.config')}`,
  OPENMCP_REGISTRY: '/env',
  OPENMCP_IP: '10.0.0.8',
};
const { OPENMCP_KUBECONFIG: _first, ...ONLY_KUBECONFIG } = ALL_ENV;
const EMPTY = { OPENMCP_KUBECONFIG: '', KUBECONFIG: '', OPENMCP_REGISTRY: '', OPENMCP_IP: '' };

describe('the kubeconfig is that of', () => {
  it.each<[string, Parameters<typeof settingsOf>, string]>([
    ['--kubeconfig', [ALL_FLAGS, ALL_ENV, beside], file('flag.config')],
    ['OPENMCP_KUBECONFIG', [{}, ALL_ENV, beside], file('openmcp.config')],
    ['KUBECONFIG, its first', [{}, ONLY_KUBECONFIG, beside], file('first.config')],
    ['the local fleet', [{}, {}, beside], file('fleet.config')],
    ['the local fleet, where variables are empty', [{}, EMPTY, beside], file('fleet.config')],
    ['the user', [{}, {}, bare], join(root, 'home/.kube/config')],
  ])('%s', (_what, given, expected) => {
    expect(settingsOf(...given).kubeconfig()).toBe(expected);
  });

  it.each<[string, Partial<Flags>, Environment, string]>([
    ['--kubeconfig', { kubeconfig: file('none') }, ALL_ENV, `${file('none')} (--kubeconfig)`],
    ['a variable', {}, { OPENMCP_KUBECONFIG: file('none') }, '(OPENMCP_KUBECONFIG)'],
    ['KUBECONFIG', {}, { KUBECONFIG: file('none') }, '(KUBECONFIG)'],
    ['nobody', {}, { HOME: file('nowhere') }, `${file('nowhere/.kube/config')} (the default)`],
  ])('%s, and must be there', (_what, flags, env, message) => {
    expect(() => settingsOf(flags, env).kubeconfig()).toThrow(
      expect.objectContaining({
        code: 'NotFound',
        message: expect.stringMatching(/cannot read kubeconfig .*; name another with --kubeconfig/),
      }),
    );
    expect(() => settingsOf(flags, env).kubeconfig()).toThrow(message);
  });
});

describe.each([
  {
    what: 'the registry',
    read: (settings: ReturnType<typeof settingsOf>) => settings.registry(),
    values: ['/flag', '/env', 'nfs://127.0.0.1:2049/export'],
    fix: 'give --registry or OPENMCP_REGISTRY',
  },
  {
    what: 'the address of the hub',
    read: (settings: ReturnType<typeof settingsOf>) => settings.openmcpIp(),
    values: ['10.0.0.9', '10.0.0.8', '10.0.0.1'],
    fix: 'give --openmcp-ip or OPENMCP_IP',
  },
])('$what', ({ what, read, values, fix }) => {
  it('is that of the flag, else of the environment, else of the local fleet', () => {
    expect([
      read(settingsOf(ALL_FLAGS, ALL_ENV, beside)),
      read(settingsOf({}, ALL_ENV, beside)),
      read(settingsOf({}, EMPTY, beside)),
    ]).toEqual(values);
  });

  it('is missed with the ways to give it', () => {
    expect(() => read(settingsOf())).toThrow(
      expect.objectContaining({
        code: 'Rejected',
        message: `cannot find ${what}: ${fix}, or run it beside a local fleet (npm start)`,
      }),
    );
  });
});

it.each<[string, Partial<Flags>, Environment]>([
  ['--openmcp-ip "../x"', { openmcpIp: '../x' }, {}],
  ['OPENMCP_IP "a/b"', {}, { OPENMCP_IP: 'a/b' }],
])('refuses an address by the name it was given with: %s', (named, flags, env) => {
  expect(() => settingsOf(flags, env).openmcpIp()).toThrow(
    expect.objectContaining({
      code: 'Rejected',
      message: `cannot use ${named}: it is not an IP address or a host name`,
    }),
  );
});

describe('a local fleet', () => {
  it('tells where Temporal is to be seen', () => {
    expect(settingsOf({}, {}, beside).temporalUi()).toBe('http://127.0.0.1:8233');
    expect(settingsOf({}, {}, bare).temporalUi()).toBeNull();
  });

  it.each(['{', '{"clusters": {}}', ''])('that tells nothing usable is named: %s', (text) => {
    writeFileSync(endpoints, text);

    expect(() => settingsOf({}, {}, beside).registry()).toThrow(
      expect.objectContaining({
        code: 'Rejected',
        message: expect.stringMatching(/fleet\/\.openmcp\/endpoints\.json.*npm start/),
      }),
    );
  });

  it('that tells nothing usable is in nobody’s way who needs none', () => {
    writeFileSync(endpoints, '{');
    const settings = settingsOf(ALL_FLAGS, {}, beside);

    expect([settings.kubeconfig(), settings.registry(), settings.openmcpIp()]).toEqual(
      Object.values(ALL_FLAGS),
    );
  });
});

it('passes the rest on', () => {
  expect(settingsOf({ output: 'json', timeout: 1.5, context: 'there' })).toMatchObject({
    json: true,
    timeoutMs: 1_500,
    context: 'there',
  });
  expect(settingsOf()).toMatchObject({ json: false, context: undefined });
});
