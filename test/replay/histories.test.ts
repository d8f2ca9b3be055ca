/** What is recorded is read by everyone: it holds no secret, and nothing of the machine it comes from. */

import { describe, expect, it } from '@jest/globals';
import { recordedFiles, textOf } from '../histories/files.ts';
import { IDENTITY, LEFT_OUT } from '../histories/record.ts';

/** Payloads are base64 of JSON; read as they are, each of them would look like a token. */
function readable(json: string): string {
  const decoded: unknown = JSON.parse(json, (key, value: unknown) =>
    key === 'data' && typeof value === 'string'
      ? Buffer.from(value, 'base64').toString('utf8')
      : value,
  );
  return JSON.stringify(decoded);
}

const SECRETS = [
  /BEGIN /,
  /client-key-data|client-certificate-data|certificate-authority-data/,
  /eyJ[\w-]{5}/,
  /(?:token|password)(?:\\*")?\s*:/i,
];

describe.each(recordedFiles())('the history %s', (file) => {
  it('holds no secret', () => {
    const text = readable(textOf(file));

    expect(SECRETS.filter((secret) => secret.test(text))).toEqual([]);
  });

  it('does not tell on which machine it was recorded', () => {
    const identities = new Set<unknown>();
    const keys = new Set<string>();
    JSON.parse(textOf(file), (key, value: unknown) => {
      keys.add(key);
      if (key === 'identity') identities.add(value);
      return value;
    });

    expect([...identities]).toEqual([IDENTITY]);
    expect(LEFT_OUT.filter((key) => keys.has(key))).toEqual([]);
    expect(readable(textOf(file))).not.toMatch(/\d@|file:\/\/|\/(?:home|root|Users|tmp|var)\//);
  });
});

it.each([
  '-----BEGIN CERTIFICATE-----',
  'users:\n- user:\n    client-key-data: LS0t',
  'eyJhbGciOiJSUzI1NiIsImtpZCI6IiJ9.e30.c2ln',
  'token: abc',
  '{"token":"abc"}',
])('a secret in a payload would be found: %p', (secret) => {
  const data = Buffer.from(JSON.stringify({ leaked: secret })).toString('base64');
  const text = readable(JSON.stringify({ payloads: [{ data }] }));

  expect(SECRETS.some((each) => each.test(text))).toBe(true);
});
