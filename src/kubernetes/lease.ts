/**
 * Leader election by a Lease: of several candidates at most one leads at a time.
 *
 * Clocks of other machines are never read. A lease has run out when its object did not change for
 * its duration as seen from here; a leader gives up before that, counted from when it last *began*
 * to renew, so the next one cannot be early.
 */

import { codeOf, ErrorCode } from '../api/errors.ts';
import { pause } from './backoff.ts';
import type { KubeClient, KubeObject } from './client.ts';
import { isRecord } from './object.ts';
import { apiVersionOf, LEASES } from './resources.ts';

const LEASE_SECONDS = 15;
const RENEW_SECONDS = 2;
/** The part of the lease after which a leader that cannot renew stops; the rest is to stop in. */
const GIVE_UP_AFTER = 0.8;

export interface ElectionOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  /**
   * Unique among those who run, and the same when one of them starts again: it then takes its own
   * lease back at once.
   */
  readonly identity: string;
  readonly leaseSeconds?: number | undefined;
  /** How often a leader renews and a candidate looks. */
  readonly renewSeconds?: number | undefined;
  /** Tells a holder that surely lives no more, so that its lease need not run out first. */
  readonly isDead?: ((identity: string) => boolean) | undefined;
  readonly onLeading: () => void;
  /** Another may lead from now on. Not called by `stop`: whoever stops knows. */
  readonly onLost: () => void;
  readonly onError?: ((error: unknown) => void) | undefined;
}

export interface Election {
  readonly leading: boolean;
  /** Gives the lease back, so that another can lead at once. Stop the work first. */
  stop(): Promise<void>;
}

export function electLeader(options: ElectionOptions): Election {
  const candidate = new Candidate(options);
  const running = candidate.run();
  return {
    get leading() {
      return candidate.leading;
    },
    async stop() {
      candidate.stopping.abort();
      await running;
      await candidate.release();
    },
  };
}

class Candidate {
  readonly stopping = new AbortController();
  leading = false;
  readonly #options: ElectionOptions;
  readonly #leaseMs: number;
  readonly #renewMs: number;
  /** The lease as last seen, and since when it has not changed. */
  #seen: { readonly version: string; readonly since: number } | null = null;
  #giveUp: NodeJS.Timeout | undefined;

  constructor(options: ElectionOptions) {
    this.#options = options;
    this.#leaseMs = (options.leaseSeconds ?? LEASE_SECONDS) * 1000;
    this.#renewMs = (options.renewSeconds ?? RENEW_SECONDS) * 1000;
  }

  async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const began = performance.now();
      try {
        if (await this.#hold(began)) this.#lead(began);
        else this.#lose();
      } catch (error) {
        // Another candidate was first, or the server is away: `#giveUp` counts, not the failures.
        if (this.stopping.signal.aborted) break;
        if (codeOf(error) !== ErrorCode.Conflict) this.#report(error);
      }
      const jitter = 0.8 + Math.random() * 0.4;
      await pause(this.#renewMs * jitter, this.stopping.signal);
    }
  }

  async release(): Promise<void> {
    clearTimeout(this.#giveUp);
    if (!this.leading) return;
    this.leading = false;
    try {
      const lease = await this.#read();
      if (lease === null || holderOf(lease) !== this.#options.identity) return;
      const released = this.#claim(lease, { holderIdentity: '', leaseDurationSeconds: 1 });
      await this.#options.client.replace(LEASES, released, { timeoutMs: this.#callMs() });
    } catch (error) {
      // It runs out by itself.
      this.#report(error);
    }
  }

  /** Whether the lease is ours after this attempt. */
  async #hold(now: number): Promise<boolean> {
    const { client, identity } = this.#options;
    const call = { signal: this.stopping.signal, timeoutMs: this.#callMs() };
    const lease = await this.#read();
    if (lease === null) {
      await client.create(LEASES, this.#claim(null, this.#ours()), call);
      return true;
    }
    const holder = holderOf(lease);
    const free = holder === '' || holder === identity || this.#options.isDead?.(holder) === true;
    if (!free && !this.#ranOut(lease, now)) return false;
    await client.replace(LEASES, this.#claim(lease, this.#ours()), call);
    return true;
  }

  #ranOut(lease: KubeObject, now: number): boolean {
    const version = lease.metadata.resourceVersion ?? '';
    if (this.#seen?.version !== version) {
      this.#seen = { version, since: performance.now() };
      return false;
    }
    return now - this.#seen.since > durationMsOf(lease, this.#leaseMs);
  }

  #lead(began: number): void {
    clearTimeout(this.#giveUp);
    const left = this.#leaseMs * GIVE_UP_AFTER - (performance.now() - began);
    if (left <= 0) return this.#lose();
    this.#giveUp = setTimeout(() => this.#lose(), left);
    if (this.leading) return;
    this.leading = true;
    this.#call(this.#options.onLeading);
  }

  #lose(): void {
    clearTimeout(this.#giveUp);
    if (!this.leading) return;
    this.leading = false;
    this.#call(this.#options.onLost);
  }

  #read(): Promise<KubeObject | null> {
    const { client, namespace, name } = this.#options;
    return client.read(LEASES, { namespace, name }, { timeoutMs: this.#callMs() });
  }

  #ours(): Record<string, unknown> {
    return {
      holderIdentity: this.#options.identity,
      leaseDurationSeconds: Math.ceil(this.#leaseMs / 1000),
    };
  }

  #claim(lease: KubeObject | null, held: Record<string, unknown>): KubeObject {
    const { namespace, name } = this.#options;
    const spec = lease === null ? {} : specOf(lease);
    const now = microTime(new Date());
    const holder = held['holderIdentity'];
    const changed = holder !== '' && holder !== spec['holderIdentity'];
    const transitions = Number(spec['leaseTransitions'] ?? 0) + (changed && lease !== null ? 1 : 0);
    return {
      apiVersion: apiVersionOf(LEASES),
      kind: LEASES.kind,
      metadata: lease === null ? { namespace, name } : lease.metadata,
      spec: {
        ...spec,
        ...held,
        ...(changed && { acquireTime: now, leaseTransitions: transitions }),
        renewTime: now,
      },
    };
  }

  /** A call that hangs must leave time for another before the lease is given up. */
  #callMs(): number {
    return Math.max(1000, Math.min(this.#leaseMs / 3, 10_000));
  }

  #call(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.#report(error);
    }
  }

  #report(error: unknown): void {
    this.#options.onError?.(error);
  }
}

function specOf(lease: KubeObject): Record<string, unknown> {
  return isRecord(lease['spec']) ? lease['spec'] : {};
}

function holderOf(lease: KubeObject): string {
  const holder = specOf(lease)['holderIdentity'];
  return typeof holder === 'string' ? holder : '';
}

/** The holder says how long it may be silent; ours counts where it does not. */
function durationMsOf(lease: KubeObject, otherwise: number): number {
  const seconds = specOf(lease)['leaseDurationSeconds'];
  return typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : otherwise;
}

/** RFC 3339 with microseconds, as the API wants it; a Date has three digits less. */
function microTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}
