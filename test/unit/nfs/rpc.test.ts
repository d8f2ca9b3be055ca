import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RpcConnection } from '../../../src/nfs/rpc.ts';
import { XdrReader, XdrWriter } from '../../../src/nfs/xdr.ts';
import { eventually } from '../../support/eventually.ts';

const LAST = 0x8000_0000;

/** A server that keeps what it hears, and says what the test makes it say. */
let server: Server;
let sockets: Socket[] = [];
let heard = Buffer.alloc(0);
let connection: RpcConnection;

const address = (timeoutMs = 5_000) => {
  const at = server.address();
  const port = typeof at === 'object' && at !== null ? at.port : 0;
  return { host: '127.0.0.1', port, timeoutMs };
};

beforeEach(async () => {
  sockets = [];
  heard = Buffer.alloc(0);
  server = createServer((socket) => {
    sockets.push(socket);
    socket.on('data', (data) => {
      heard = Buffer.concat([heard, data]);
    });
    socket.on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  connection = await RpcConnection.open(address());
});
afterEach(async () => {
  connection.close();
  for (const socket of sockets) socket.destroy();
  server.close();
  await once(server, 'close');
});

const say = (...bytes: readonly Buffer[]) => sockets[0]?.write(Buffer.concat(bytes));

/** The calls heard so far, without their length. */
function calls(): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at + 4 <= heard.length; ) {
    const end = at + 4 + (heard.readUInt32BE(at) & 0x7fff_ffff);
    if (end > heard.length) break;
    found.push(heard.subarray(at + 4, end));
    at = end;
  }
  return found;
}

async function numbersOfCalls(count: number): Promise<number[]> {
  await eventually(() => expect(calls()).toHaveLength(count));
  return calls().map((call) => call.readUInt32BE(0));
}

/** An accepted reply whose body is one number. */
const reply = (to: number, body: number) =>
  new XdrWriter().u32(to).u32(1).u32(0).u32(0).opaque('').u32(0).u32(body).done();
const fragment = (bytes: Buffer, last = true) =>
  new XdrWriter()
    .u32((last ? LAST : 0) + bytes.length)
    .raw(bytes)
    .done();

describe('a call', () => {
  it('is one record for NFSv4 COMPOUND, with the operations in it', async () => {
    const operations = [Buffer.from('op-1'), Buffer.from('op-2')];
    connection.compound(operations).catch(() => undefined);
    await numbersOfCalls(1);

    expect(heard.readUInt32BE(0)).toBe(LAST + heard.length - 4);
    const reader = new XdrReader(calls()[0] ?? Buffer.alloc(0));
    reader.u32();
    expect([0, 0, 0, 0, 0].map(() => reader.u32())).toEqual([0, 2, 100_003, 4, 1]);
    expect(reader.u32()).toBe(1);
    expect(reader.opaque().toString('latin1')).toContain('openmcp');
    expect([reader.u32(), reader.u32()]).toEqual([0, 0]);
    expect(reader.opaque().toString()).toBe('');
    expect([reader.u32(), reader.u32()]).toEqual([0, 2]);
    expect(reader.take(8).toString()).toBe('op-1op-2');
  });
});

describe('an answer', () => {
  it('is matched by number, whatever the order', async () => {
    const answers = Promise.all([connection.compound([]), connection.compound([])]);
    const [first = 0, second = 0] = await numbersOfCalls(2);

    say(fragment(reply(second, 22)), fragment(reply(first, 11)));

    expect((await answers).map((reader) => reader.u32())).toEqual([11, 22]);
  });

  it('may come in fragments, byte by byte', async () => {
    const answer = connection.compound([]);
    const [number = 0] = await numbersOfCalls(1);
    const whole = reply(number, 42);
    const bytes = Buffer.concat([
      fragment(whole.subarray(0, 5), false),
      fragment(Buffer.alloc(0), false),
      fragment(whole.subarray(5)),
    ]);

    for (const byte of bytes) {
      say(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }

    expect((await answer).u32()).toBe(42);
  });

  it('to nothing that was asked is passed over', async () => {
    const answer = connection.compound([]);
    const [number = 0] = await numbersOfCalls(1);

    say(fragment(reply(number + 1, 1)), fragment(reply(number, 2)));

    expect((await answer).u32()).toBe(2);
  });

  it('that denies us is for good', async () => {
    const answer = connection.compound([]);
    const [number = 0] = await numbersOfCalls(1);

    say(fragment(new XdrWriter().u32(number).u32(1).u32(1).u32(1).u32(1).done()));

    await expect(answer).rejects.toMatchObject({
      code: 'Rejected',
      message: expect.stringContaining('credentials'),
    });
  });

  it.each<[string, (number: number) => XdrWriter, string]>([
    [
      'that does not accept the call',
      (number) => new XdrWriter().u32(number).u32(1).u32(0).u32(0).opaque('').u32(2),
      'accept_stat 2',
    ],
    ['that is a call itself', (number) => new XdrWriter().u32(number).u32(0), 'not a reply'],
    ['that ends too soon', (number) => new XdrWriter().u32(number).u32(1), 'range'],
  ])('%s fails that call alone', async (_what, body, message) => {
    const answers = [connection.compound([]), connection.compound([])];
    const [first = 0, second = 0] = await numbersOfCalls(2);

    say(fragment(body(first).done()), fragment(reply(second, 2)));

    await expect(answers[0]).rejects.toThrow(message);
    expect((await answers[1])?.u32()).toBe(2);
  });
});

describe('trouble', () => {
  it('with a silent server ends in time, for every call that waits and those that follow', async () => {
    const impatient = await RpcConnection.open(address(400));
    const answers = [impatient.compound([]), impatient.compound([])];

    for (const answer of answers)
      await expect(answer).rejects.toMatchObject({
        code: 'Unavailable',
        message: expect.stringMatching(/127\.0\.0\.1:\d+: no answer within 400 ms/),
      });

    await eventually(() => expect(sockets[1]?.readableEnded).toBe(true));
    await expect(impatient.compound([])).rejects.toMatchObject({
      code: 'Unavailable',
      message: expect.stringContaining('the connection was closed'),
    });
  });

  it.each<[string, Buffer, number]>([
    ['answers a record too short for a number', fragment(Buffer.from('abc')), 3],
    ['answers an empty record', fragment(Buffer.alloc(0)), 0],
    ['speaks HTTP', Buffer.from('HTTP/1.1 400 Bad Request'), 0x48545450],
  ])('with a server that %s ends the connection and says so', async (_what, bytes, length) => {
    const answers = [connection.compound([]), connection.compound([])];
    await numbersOfCalls(2);

    say(bytes);

    for (const answer of answers)
      await expect(answer).rejects.toMatchObject({
        code: 'Unavailable',
        message: expect.stringMatching(
          new RegExp(
            `127\\.0\\.0\\.1:\\d+: .* does not speak NFS \\(a record of ${length} bytes\\)`,
          ),
        ),
      });
    await eventually(() => expect(sockets[0]?.readableEnded).toBe(true));
    expect(connection.closed).toBe(true);
  });

  it('with what follows an answer does not take the answer back', async () => {
    const answer = connection.compound([]);
    const [number = 0] = await numbersOfCalls(1);

    say(fragment(reply(number, 7)), fragment(Buffer.alloc(0)));

    expect((await answer).u32()).toBe(7);
    await eventually(() => expect(connection.closed).toBe(true));
  });

  it('with the connection fails every call that waits, and those that follow', async () => {
    const answers = [connection.compound([]), connection.compound([])];
    await numbersOfCalls(2);

    sockets[0]?.destroy();

    for (const answer of answers)
      await expect(answer).rejects.toMatchObject({ code: 'Unavailable' });
    expect(connection.closed).toBe(true);
    await expect(connection.compound([])).rejects.toMatchObject({ code: 'Unavailable' });
  });

  it('to connect names the server', async () => {
    await expect(
      RpcConnection.open({ host: '127.0.0.1', port: 1, timeoutMs: 1_000 }),
    ).rejects.toMatchObject({
      code: 'Unavailable',
      message: expect.stringContaining('cannot reach the NFS server 127.0.0.1:1'),
    });
  });
});
