/** XDR: how numbers and bytes are laid out in NFS messages (RFC 4506). */

export class XdrWriter {
  readonly #parts: Buffer[] = [];

  u32(value: number): this {
    const part = Buffer.alloc(4);
    part.writeUInt32BE(value >>> 0);
    this.#parts.push(part);
    return this;
  }

  u64(value: bigint): this {
    const part = Buffer.alloc(8);
    part.writeBigUInt64BE(value);
    this.#parts.push(part);
    return this;
  }

  raw(bytes: Buffer): this {
    this.#parts.push(bytes);
    return this;
  }

  /** Length, bytes, and zeros up to a multiple of four. */
  opaque(bytes: Buffer | string): this {
    const data = Buffer.from(bytes);
    this.u32(data.length).raw(data);
    if (data.length % 4 > 0) this.raw(Buffer.alloc(4 - (data.length % 4)));
    return this;
  }

  /** Words of 32 bits, as many as the highest bit needs. */
  bitmap(...bits: readonly number[]): this {
    const words = Array.from({ length: 1 + Math.max(...bits.map((bit) => bit >> 5)) }, () => 0);
    for (const bit of bits) words[bit >> 5] = (words[bit >> 5] ?? 0) | (1 << (bit & 31));
    this.u32(words.length);
    for (const word of words) this.u32(word);
    return this;
  }

  done(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

export class XdrReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  u32(): number {
    this.#at += 4;
    return this.#bytes.readUInt32BE(this.#at - 4);
  }

  u64(): bigint {
    this.#at += 8;
    return this.#bytes.readBigUInt64BE(this.#at - 8);
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new RangeError('the message is too short');
    this.#at += length;
    return Buffer.from(this.#bytes.subarray(this.#at - length, this.#at));
  }

  opaque(): Buffer {
    const length = this.u32();
    const data = this.take(length);
    this.#at += (4 - (length % 4)) % 4;
    return data;
  }

  bitmap(): number[] {
    const words = this.u32();
    const bits: number[] = [];
    for (let word = 0; word < words; word += 1) {
      const value = this.u32();
      for (let bit = 0; bit < 32; bit += 1) if ((value >>> bit) & 1) bits.push(word * 32 + bit);
    }
    return bits;
  }
}
