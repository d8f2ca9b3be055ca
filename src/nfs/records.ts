/** Where records begin and end in a stream (RFC 5531 §11): fragments, each behind its length, marked when the last. */

/** A record begins with the number of its call. */
const SHORTEST = 4;
/** Many times what our largest call can be answered with: what claims more does not speak NFS. */
const LONGEST = 16 * 2 ** 20;

export class Records {
  #received = Buffer.alloc(0);
  #fragments: Buffer[] = [];
  #length = 0;

  /** The records that end in `data`. After it threw, nobody knows where the next one begins. */
  *endingIn(data: Buffer): Iterable<Buffer> {
    this.#received = Buffer.concat([this.#received, data]);
    while (this.#received.length >= 4) {
      const mark = this.#received.readUInt32BE(0);
      const isLast = mark >>> 31 === 1;
      const end = 4 + (mark & 0x7fff_ffff);
      this.#bound(this.#length + end - 4, isLast);
      if (this.#received.length < end) return;
      this.#keep(this.#received.subarray(4, end));
      this.#received = this.#received.subarray(end);
      if (isLast) yield this.#take();
    }
  }

  #bound(length: number, isWhole: boolean): void {
    if (length <= LONGEST && (length >= SHORTEST || !isWhole)) return;
    throw new Error(`what answers there does not speak NFS (a record of ${length} bytes)`);
  }

  #keep(fragment: Buffer): void {
    if (fragment.length === 0) return;
    this.#fragments.push(fragment);
    this.#length += fragment.length;
  }

  #take(): Buffer {
    const record = Buffer.concat(this.#fragments);
    this.#fragments = [];
    this.#length = 0;
    return record;
  }
}
