/**
 * Policy `scheduling-policy: RR`: replica i goes to cluster i mod n, passing over those that are full.
 *
 * The scores play no part. Each workload starts at a cluster of its own, told by its name: were it
 * always the first, every workload of one replica would land on the same cluster. Scaling goes on
 * from what is there, where the original dealt everything anew (openmcp.md §3.3).
 */

import type { Divide, Offer } from '../framework.ts';
import { slotOf, TOO_MANY } from './even.ts';
import { settle } from './settle.ts';

export const roundRobin: Divide = (workload, offers) => {
  const byName = offers.toSorted((a, b) => (a.cluster < b.cluster ? -1 : 1));
  const start = byName.length === 0 ? 0 : hash(workload) % byName.length;
  const ring = [...byName.slice(start), ...byName.slice(0, start)];

  const dealt = settle(ring.map(slotOf), workload.replicas, null);
  if (dealt === null) return TOO_MANY;
  const shares = new Map<Offer, number>(ring.map((offer, index) => [offer, dealt[index] ?? 0]));
  return { kind: 'divided', replicas: offers.map((offer) => shares.get(offer) ?? 0) };
};

/** FNV-1a over namespace and name. */
function hash({ namespace, name }: { readonly namespace: string; readonly name: string }): number {
  let value = 0x811c9dc5;
  for (const character of `${namespace}/${name}`) {
    value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return value;
}
