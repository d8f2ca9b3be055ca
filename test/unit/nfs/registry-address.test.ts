import { expect, it } from '@jest/globals';
import { isAddress } from '../../../src/nfs/registry-address.ts';

it.each(['10.0.3.40', '::1', 'fd00::3:40', 'cluster1', 'cluster1.example.com', 'A1', '1'])(
  'takes %s',
  (text) => {
    expect(isAddress(text)).toBe(true);
  },
);

it.each<[string, string]>([
  ['nothing', ''],
  ['this folder', '.'],
  ['the folder above', '..'],
  ['a way out', '../x'],
  ['a way out further in', '10.0.3.40/../../master'],
  ['a path', '/etc'],
  ['a hidden file', '.nfs0001'],
  ['a lost folder', 'lost+found'],
  ['a back slash', 'a\\b'],
  ['a zero byte', 'a\0b'],
  ['a line break', 'a\nb'],
  ['a line break at the end', '10.0.3.40\n'],
  ['a space', '10.0.3.40 '],
  ['a zone that leads out', 'fe80::1%../../x'],
  ['more than a name may have', 'a'.repeat(254)],
])('refuses %s', (_what, text) => {
  expect(isAddress(text)).toBe(false);
});
