/** The running systems that the suites speak to, and the faults they cause. */

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import * as z from 'zod';
import { type KubeClient, kubeClient } from '../../../src/kubernetes/client.ts';
import type { Credentials } from '../../../src/kubernetes/credentials.ts';
import { credentialsFromFile } from '../../../src/kubernetes/own-credentials.ts';
import { NAMESPACES } from '../../../src/kubernetes/resources.ts';

const Endpoints = z.object({
  clusters: z.record(z.string(), z.object({ kubeconfig: z.string() })),
});

function endpointsPath(): string {
  const path = process.env['OPENMCP_ENDPOINTS'];
  if (path === undefined) throw new Error('OPENMCP_ENDPOINTS is not set: run `npm test`');
  return path;
}

function credentialsOf(cluster: string): Promise<Credentials> {
  const { clusters } = Endpoints.parse(JSON.parse(readFileSync(endpointsPath(), 'utf8')));
  const found = clusters[cluster];
  if (found === undefined) throw new Error(`the fleet has no cluster ${cluster}`);
  return credentialsFromFile(found.kubeconfig);
}

/** A namespace of its own, and a client that speaks to the cluster directly. */
export async function sandbox(cluster: string): Promise<{
  readonly credentials: Credentials;
  readonly client: KubeClient;
  readonly namespace: string;
  dispose(): Promise<void>;
}> {
  const credentials = await credentialsOf(cluster);
  const client = kubeClient(credentials);
  const namespace = `test-${randomBytes(4).toString('hex')}`;
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  await client.create(NAMESPACES, object);
  return {
    credentials,
    client,
    namespace,
    async dispose() {
      await client.delete(NAMESPACES, { name: namespace });
      await client.close();
    },
  };
}

/** A way to a server that can be cut, closed, and frozen. The bytes, and so TLS, pass untouched. */
export class Gate {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #open = true;
  #frozen = false;

  private constructor(target: URL) {
    this.#server = createServer((client) => {
      if (!this.#open) {
        client.destroy();
        return;
      }
      const upstream = connect(Number(target.port), target.hostname);
      this.#keep(client, upstream);
      this.#keep(upstream, client);
    });
  }

  /** On the address of `target`, so that its certificate holds here too. */
  static async to(server: string): Promise<{ gate: Gate; server: string }> {
    const target = new URL(server);
    const gate = new Gate(target);
    await new Promise<void>((resolve) => {
      gate.#server.listen(0, target.hostname, resolve);
    });
    const address = gate.#server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return { gate, server: `https://${target.hostname}:${port}` };
  }

  #keep(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on('data', (bytes) => {
      if (!this.#frozen) to.write(bytes);
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
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
    this.#frozen = true;
  }

  thaw(): void {
    this.#frozen = false;
  }

  async end(): Promise<void> {
    this.cut();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}
