/** A way to a server that can be cut, closed, frozen, and robbed of answers. The bytes, and so TLS, pass untouched. */

import { connect, createServer, type Server, type Socket } from 'node:net';

export class Gate {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #open = true;
  #asks = true;
  #answers = true;
  #planned: { bytes: number; act: () => void } | null = null;

  private constructor(target: URL) {
    this.#server = createServer((client) => {
      if (!this.#open) {
        client.destroy();
        return;
      }
      const upstream = connect(Number(target.port), target.hostname);
      this.#keep(client, upstream, () => this.#asks);
      this.#keep(upstream, client, () => this.#answers);
    });
  }

  /** On the address of `target`, so that its certificate holds here too; `server` is the way through. */
  static async to(target: string): Promise<{ gate: Gate; server: string }> {
    const url = new URL(target);
    const gate = new Gate(url);
    await new Promise<void>((resolve) => {
      gate.#server.listen(0, url.hostname, resolve);
    });
    const address = gate.#server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return { gate, server: target.replace(url.host, `${url.hostname}:${port}`) };
  }

  #keep(from: Socket, to: Socket, passes: () => boolean): void {
    this.#sockets.add(from);
    from.on('data', (bytes) => {
      if (passes()) to.write(bytes);
      this.#count(bytes.length);
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }

  #count(bytes: number): void {
    const planned = this.#planned;
    if (planned === null) return;
    planned.bytes -= bytes;
    if (planned.bytes > 0) return;
    this.#planned = null;
    planned.act();
  }

  /** Does `act` once that many more bytes came: in the middle of something large. */
  after(bytes: number, act: () => void): void {
    this.#planned = { bytes, act };
  }

  /** Connections that go through it. */
  get connections(): number {
    return this.#sockets.size / 2;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.#open = false;
    this.cut();
  }

  open(): void {
    this.#open = true;
  }

  /** Connections stay, and nothing passes: what a vanished machine looks like. */
  freeze(): void {
    this.#asks = false;
    this.#answers = false;
  }

  /** The server hears what it is asked, and does it; nobody hears that it did. */
  loseAnswers(): void {
    this.#answers = false;
  }

  thaw(): void {
    this.#asks = true;
    this.#answers = true;
  }

  async end(): Promise<void> {
    this.cut();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}
