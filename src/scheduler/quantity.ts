/** Kubernetes quantities ("1500m", "2Gi", "1e3") as whole numbers, and back into words. */

const FORM = /^([+-]?)(\d+\.?\d*|\.\d+)(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,3}))?$/;
/** Nearly everything a cluster reports looks like this, and needs no arithmetic beyond doubles. */
const PLAIN = /^(\d{1,9})(m|Ki|Mi|Gi)?$/;

const DECIMAL: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const BINARY: Readonly<Record<string, bigint>> = {
  Ki: 10n,
  Mi: 20n,
  Gi: 30n,
  Ti: 40n,
  Pi: 50n,
  Ei: 60n,
};
const PLAIN_UNIT: Readonly<Record<string, number>> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 };

/** Longer texts are no quantities that anybody wrote on purpose. */
const LONGEST = 64;

/**
 * The amount of a resource in the unit that the scheduler counts in: `cpu` in millicores, anything
 * else in its own. Fractions round up, as Kubernetes does. `null` when `text` is no quantity.
 */
export function parseAmount(resource: string, text: string): number | null {
  const milli = resource === 'cpu';
  const plain = PLAIN.exec(text);
  if (plain !== null) return plainAmount(Number(plain[1]), plain[2], milli);
  return text.length > LONGEST ? null : exactAmount(text, milli);
}

function plainAmount(digits: number, unit: string | undefined, milli: boolean): number {
  if (unit === 'm') return milli ? digits : Math.ceil(digits / 1000);
  return digits * (unit === undefined ? 1 : (PLAIN_UNIT[unit] ?? 1)) * (milli ? 1000 : 1);
}

/** In whole numbers: 1.1 × 1000 is 1100.0000000000002 in doubles, which would round up to 1101. */
function exactAmount(text: string, milli: boolean): number | null {
  const match = FORM.exec(text);
  if (match === null) return null;
  const [, sign, digits = '', suffix = '', exponent = '0'] = match;
  const [whole, fraction = ''] = digits.split('.');
  const mantissa = BigInt(`${whole}${fraction}`) << (BINARY[suffix] ?? 0n);
  const tens = Number(exponent) + (DECIMAL[suffix] ?? 0) - fraction.length;
  return (sign === '-' ? -1 : 1) * scaled(mantissa, milli ? tens + 3 : tens);
}

/** `mantissa` × 10 to the `tens`, rounded up. */
function scaled(mantissa: bigint, tens: number): number {
  const power = 10n ** BigInt(Math.abs(tens));
  return Number(tens >= 0 ? mantissa * power : (mantissa + power - 1n) / power);
}

const BINARY_UNITS = ['Ei', 'Pi', 'Ti', 'Gi', 'Mi', 'Ki'] as const;
const BYTES = /^(memory|ephemeral-storage|hugepages-.*)$/;

/** Short, for a sentence: 2000 millicores are "2", 1536 MiB of memory are "1.5Gi". */
export function formatAmount(resource: string, amount: number): string {
  if (resource === 'cpu') return amount % 1000 === 0 ? String(amount / 1000) : `${amount}m`;
  if (!BYTES.test(resource)) return String(amount);
  for (const [place, unit] of BINARY_UNITS.entries()) {
    const size = 2 ** (10 * (BINARY_UNITS.length - place));
    if (amount >= size) return `${Math.floor((amount / size) * 10) / 10}${unit}`;
  }
  return String(amount);
}

/** "2 CPU", "1.5Gi memory", "1 nvidia.com/gpu". */
export function describeAmount(resource: string, amount: number): string {
  return `${formatAmount(resource, amount)} ${resource === 'cpu' ? 'CPU' : resource}`;
}
