import { describe, expect, it } from '@jest/globals';
import { describeAmount, formatAmount, parseAmount } from '../../../src/scheduler/quantity.ts';

describe('parseAmount', () => {
  it.each([
    ['cpu', '2', 2000, 'whole cores'],
    ['cpu', '500m', 500, 'millicores'],
    ['cpu', '0.1', 100, 'a fraction that doubles cannot hold'],
    ['cpu', '1.1', 1100, 'a fraction that doubles would round up'],
    ['cpu', '.5', 500, 'no digit before the point'],
    ['cpu', '1.', 1000, 'no digit after the point'],
    ['cpu', '100u', 1, 'less than a millicore rounds up'],
    ['cpu', '218250189n', 219, 'nanocores, as kubelets report them'],
    ['cpu', '1e3', 1_000_000, 'an exponent'],
    ['cpu', '1E-3', 1, 'a negative exponent'],
    ['memory', '128974848', 128974848, 'plain bytes'],
    ['memory', '123Mi', 128974848, 'binary'],
    ['memory', '129M', 129_000_000, 'decimal'],
    ['memory', '129e6', 129_000_000, 'the same as an exponent'],
    ['memory', '128974848000m', 128974848, 'milli-bytes'],
    ['memory', '1500m', 2, 'a part of a byte rounds up'],
    ['memory', '1.5Gi', 1.5 * 2 ** 30, 'a binary fraction'],
    ['memory', '1k', 1000, 'kilo'],
    ['memory', '2Ki', 2048, 'kibi'],
    ['memory', '1T', 1e12, 'tera'],
    ['memory', '1P', 1e15, 'peta'],
    ['memory', '1E', 1e18, 'exa, not an exponent'],
    ['memory', '1Ti', 2 ** 40, 'tebi'],
    ['memory', '1Pi', 2 ** 50, 'pebi'],
    ['memory', '1Ei', 2 ** 60, 'exbi'],
    ['memory', '+1', 1, 'a sign'],
    ['cpu', '-500m', -500, 'negative is a quantity, if not a request'],
    ['nvidia.com/gpu', '2', 2, 'extended resources count in their own unit'],
  ])('reads %s %s as %d: %s', (resource, text, amount, _reason) => {
    expect(parseAmount(resource, text)).toBe(amount);
  });

  it.each([
    ['', 'nothing'],
    ['one', 'a word'],
    ['1 Gi', 'a space'],
    ['1gi', 'lower case'],
    ['1K', 'capital kilo'],
    ['1KiB', 'bytes spelled out'],
    ['.', 'a point alone'],
    ['1e', 'an exponent without digits'],
    ['1e9999', 'an exponent beyond any sense'],
    ['0x10', 'hexadecimal'],
    ['9'.repeat(100), 'longer than any amount'],
  ])('refuses %j: %s', (text, _reason) => {
    expect(parseAmount('memory', text)).toBeNull();
  });
});

describe('formatAmount', () => {
  it.each([
    ['cpu', 2000, '2', '2 CPU'],
    ['cpu', 1500, '1500m', '1500m CPU'],
    ['memory', 2 ** 30, '1Gi', '1Gi memory'],
    ['memory', 1.5 * 2 ** 30, '1.5Gi', '1.5Gi memory'],
    ['memory', 100, '100', '100 memory'],
    ['ephemeral-storage', 2048, '2Ki', '2Ki ephemeral-storage'],
    ['hugepages-2Mi', 2 ** 21, '2Mi', '2Mi hugepages-2Mi'],
    ['nvidia.com/gpu', 3, '3', '3 nvidia.com/gpu'],
  ])('writes %d of %s for people', (resource, amount, short, long) => {
    expect(formatAmount(resource, amount)).toBe(short);
    expect(describeAmount(resource, amount)).toBe(long);
  });
});
