/** The addresses of a pool: ranges of IPv4 addresses, each address as the number it is. */

export interface AddressRange {
  readonly first: number;
  readonly last: number;
}

export type ParsedRanges =
  | { readonly kind: 'ranges'; readonly ranges: readonly AddressRange[] }
  | { readonly kind: 'broken'; readonly problems: readonly string[] };

/** Each text is a CIDR or `from-to`. `field` is where they stand, `spec.addresses`, for the problems. */
export function parseRanges(texts: readonly string[], field: string): ParsedRanges {
  if (texts.length === 0) return { kind: 'broken', problems: [`${field} names no address`] };
  const parsed = texts.map((text, index) => ({ at: `${field}[${index}] "${text}"`, of: text }));
  const results = parsed.map(({ at, of }) => ({ at, range: parseRange(of.trim()) }));
  const problems = results.flatMap(({ at, range }) =>
    typeof range === 'string' ? [`${at} ${range}`] : [],
  );
  if (problems.length > 0) return { kind: 'broken', problems };
  const ranges = results.flatMap(({ range }) => (typeof range === 'string' ? [] : [range]));
  return { kind: 'ranges', ranges };
}

/** `null`: it is not an IPv4 address. */
export function parseAddress(text: string): number | null {
  const bytes = text.split('.');
  if (bytes.length !== 4 || !bytes.every((byte) => /^(0|[1-9]\d{0,2})$/.test(byte))) return null;
  const numbers = bytes.map(Number);
  if (numbers.some((byte) => byte > 255)) return null;
  return numbers.reduce((sum, byte) => sum * 256 + byte, 0);
}

export function formatAddress(address: number): string {
  return [2 ** 24, 2 ** 16, 2 ** 8, 1].map((unit) => Math.floor(address / unit) % 256).join('.');
}

export function contains(ranges: readonly AddressRange[], address: number): boolean {
  return ranges.some(({ first, last }) => first <= address && address <= last);
}

/** The first part that both have. */
export function overlap(
  some: readonly AddressRange[],
  others: readonly AddressRange[],
): AddressRange | null {
  for (const one of some) {
    for (const other of others) {
      const first = Math.max(one.first, other.first);
      const last = Math.min(one.last, other.last);
      if (first <= last) return { first, last };
    }
  }
  return null;
}

export function formatRange({ first, last }: AddressRange): string {
  return first === last ? formatAddress(first) : `${formatAddress(first)}-${formatAddress(last)}`;
}

/** One after the other in the order of the ranges; what is taken is asked when its turn comes. */
export function* freeAddresses(
  ranges: readonly AddressRange[],
  isTaken: (address: number) => boolean,
): Generator<number, undefined> {
  for (const { first, last } of ranges) {
    for (let address = first; address <= last; address += 1) if (!isTaken(address)) yield address;
  }
}

/** What is wrong with it, if it is none. */
function parseRange(text: string): AddressRange | string {
  if (text.includes(':')) return 'is IPv6: the stand-in gives IPv4 addresses only';
  if (text.includes('/')) return parseCidr(text);
  if (text.includes('-')) return parseFromTo(text);
  return 'is neither a CIDR nor from-to: write one address as 198.51.100.7/32';
}

function parseCidr(text: string): AddressRange | string {
  const [, network = '', prefix = ''] = /^([^/]*)\/(\d{1,2})$/.exec(text) ?? [];
  const address = parseAddress(network);
  if (address === null || Number(prefix) > 32) return 'is no CIDR: write it as 198.51.100.0/24';
  const size = 2 ** (32 - Number(prefix));
  const first = Math.floor(address / size) * size;
  return { first, last: first + size - 1 };
}

function parseFromTo(text: string): AddressRange | string {
  const [first = null, last = null, more] = text
    .split('-')
    .map((address) => parseAddress(address.trim()));
  if (first === null || last === null || more !== undefined) {
    return 'is no range: write it as 198.51.100.10-198.51.100.20';
  }
  return first <= last ? { first, last } : 'ends before it begins';
}
