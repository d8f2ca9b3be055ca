import { describe, expect, it } from '@jest/globals';
import {
  contains,
  formatAddress,
  formatRange,
  freeAddresses,
  overlap,
  parseAddress,
  parseRanges,
} from '../../../../deploy/local/components/metallb-stand-in/ranges.ts';

const FIELD = 'spec.addresses';

function ranges(...texts: string[]) {
  const parsed = parseRanges(texts, FIELD);
  if (parsed.kind === 'broken') throw new Error(parsed.problems.join());
  return parsed.ranges;
}

const address = (text: string) => parseAddress(text) ?? Number.NaN;

describe('parseRanges', () => {
  it.each([
    { text: '198.51.100.0/24', range: '198.51.100.0-198.51.100.255' },
    { text: '198.51.100.7/32', range: '198.51.100.7' },
    { text: '198.51.100.77/30', range: '198.51.100.76-198.51.100.79' },
    { text: '0.0.0.0/0', range: '0.0.0.0-255.255.255.255' },
    { text: '198.51.100.250-198.51.101.4', range: '198.51.100.250-198.51.101.4' },
    { text: ' 198.51.100.1 - 198.51.100.1 ', range: '198.51.100.1' },
  ])('reads $text as $range', ({ text, range }) => {
    expect(ranges(text).map(formatRange)).toEqual([range]);
  });

  it.each([
    { text: '198.51.100.7', why: 'is neither a CIDR nor from-to' },
    { text: '198.51.100.0/33', why: 'is no CIDR' },
    { text: '198.51.100/24', why: 'is no CIDR' },
    { text: '198.51.100.0/24/8', why: 'is no CIDR' },
    { text: '198.51.100.256/24', why: 'is no CIDR' },
    { text: '198.51.100.9-198.51.100.8', why: 'ends before it begins' },
    { text: '198.51.100.1-9', why: 'is no range' },
    { text: '198.51.100.1-198.51.100.2-198.51.100.3', why: 'is no range' },
    { text: '2001:db8::/64', why: 'is IPv6' },
    { text: '', why: 'is neither a CIDR nor from-to' },
  ])('refuses "$text", which $why', ({ text, why }) => {
    const parsed = parseRanges(['198.51.100.0/28', text], FIELD);

    expect(parsed).toEqual({
      kind: 'broken',
      problems: [expect.stringContaining(`spec.addresses[1] "${text}" ${why}`)],
    });
  });

  it('names every bad text, and a list of none', () => {
    expect(parseRanges(['x', '198.51.100.0/28', 'y'], FIELD)).toMatchObject({
      problems: [
        expect.stringContaining('spec.addresses[0] "x"'),
        expect.stringContaining('spec.addresses[2] "y"'),
      ],
    });
    expect(parseRanges([], FIELD)).toMatchObject({
      problems: ['spec.addresses names no address'],
    });
  });
});

it.each(['0.0.0.0', '10.0.3.40', '255.255.255.255'])('writes %s as it was read', (text) => {
  expect(formatAddress(address(text))).toBe(text);
});

it.each(['', '1.2.3', '1.2.3.4.5', '01.2.3.4', '1.2.3.x', '1.2.3.400', '::1'])(
  'takes "%s" for no address',
  (text) => {
    expect(parseAddress(text)).toBeNull();
  },
);

it('contains its first and its last address, and none beside them', () => {
  const some = ranges('10.0.0.4/31', '10.0.0.8-10.0.0.9');
  const inside = ['3', '4', '5', '6', '7', '8', '9', '10'].filter((byte) =>
    contains(some, address(`10.0.0.${byte}`)),
  );

  expect(inside).toEqual(['4', '5', '8', '9']);
});

it('finds what two pools have in common', () => {
  const both = overlap(ranges('10.0.0.0/30', '10.0.1.0/24'), ranges('10.0.1.9-10.0.2.3'));

  expect(both && formatRange(both)).toBe('10.0.1.9-10.0.1.255');
  expect(overlap(ranges('10.0.0.0/30'), ranges('10.0.0.4/30'))).toBeNull();
});

it('offers free addresses in order, and asks anew before each', () => {
  const taken = new Set(['10.0.0.1'].map(address));
  const free = freeAddresses(ranges('10.0.0.0/30', '10.9.0.1/32'), (each) => taken.has(each));
  const next = () => {
    const { value } = free.next();
    return value === undefined ? null : formatAddress(value);
  };

  expect(next()).toBe('10.0.0.0');
  taken.add(address('10.0.0.2'));
  expect([next(), next(), next()]).toEqual(['10.0.0.3', '10.9.0.1', null]);
});
