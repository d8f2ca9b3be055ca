import { describe, expect, it } from '@jest/globals';
import { XdrReader, XdrWriter } from '../../../src/nfs/xdr.ts';

const hex = (writer: XdrWriter) => writer.done().toString('hex');
const readerOf = (text: string) => new XdrReader(Buffer.from(text, 'hex'));

describe('writing', () => {
  it.each<[string, XdrWriter, string]>([
    ['a number', new XdrWriter().u32(1), '00000001'],
    ['the largest number', new XdrWriter().u32(0xffff_ffff), 'ffffffff'],
    ['a long number', new XdrWriter().u64(2n ** 40n + 1n), '0000010000000001'],
    ['no bytes', new XdrWriter().opaque(''), '00000000'],
    ['bytes that fill a word', new XdrWriter().opaque('abcd'), '0000000461626364'],
    [
      'bytes that do not, with zeros after',
      new XdrWriter().opaque('abcde'),
      '000000056162636465000000',
    ],
    ['letters of two bytes by their bytes', new XdrWriter().opaque('é'), '00000002c3a90000'],
    ['raw bytes as they are', new XdrWriter().raw(Buffer.from([1, 2])), '0102'],
    ['an empty bitmap', new XdrWriter().bitmap(), '00000000'],
    ['bits of the first word', new XdrWriter().bitmap(1, 4), '0000000100000012'],
    ['bits of the second word', new XdrWriter().bitmap(33), '000000020000000000000002'],
    ['the highest bit of a word', new XdrWriter().bitmap(31), '0000000180000000'],
  ])('lays out %s', (_what, writer, bytes) => {
    expect(hex(writer)).toBe(bytes);
  });

  it('goes on where it was', () => {
    expect(hex(new XdrWriter().u32(1).opaque('a').u32(2))).toBe('00000001000000016100000000000002');
  });
});

describe('reading', () => {
  it('finds what was written, in order', () => {
    const bytes = new XdrWriter()
      .u32(7)
      .u64(2n ** 63n)
      .opaque('abcde')
      .bitmap(1, 31, 33)
      .raw(Buffer.from('end!'))
      .done();
    const reader = new XdrReader(bytes);

    expect(reader.u32()).toBe(7);
    expect(reader.u64()).toBe(2n ** 63n);
    expect(reader.opaque().toString()).toBe('abcde');
    expect(reader.bitmap()).toEqual([1, 31, 33]);
    expect(reader.take(4).toString()).toBe('end!');
  });

  it.each<[string, (reader: XdrReader) => unknown]>([
    ['a number', (reader) => reader.u32()],
    ['a long number', (reader) => reader.u64()],
    ['bytes', (reader) => reader.take(4)],
  ])('does not read %s past the end', (_what, read) => {
    expect(() => read(readerOf('0000'))).toThrow(expect.objectContaining({ name: 'RangeError' }));
  });

  it('does not believe a length that the message has not', () => {
    expect(() => readerOf('7fffffff61626364').opaque()).toThrow('too short');
  });

  it('keeps what it took when the message is reused', () => {
    const message = Buffer.from('0000000161000000', 'hex');
    const taken = new XdrReader(message).opaque();

    message.fill(0);

    expect(taken.toString()).toBe('a');
  });
});
