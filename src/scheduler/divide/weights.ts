/**
 * `spec.weights`: each cluster its share of the replicas, rounded by largest remainder.
 *
 * Weights say where replicas belong, so they are followed even where that moves some; with the
 * same weights, total and clusters nothing moves. What one cluster cannot hold is dealt to the
 * others by their weights.
 */

import type { Divide, Offer } from '../framework.ts';
import { TOO_MANY } from './even.ts';

interface Part {
  readonly offer: Offer;
  readonly weight: number;
  replicas: number;
}

export const weights: Divide = (workload, offers) => {
  const parts = offers.map((offer) => ({
    offer,
    weight: workload.weights?.[offer.cluster] ?? 0,
    replicas: 0,
  }));
  const { open, left } = fillFull(parts, workload.replicas);
  if (left > 0 && open.length === 0) return TOO_MANY;

  round(open, left);
  return { kind: 'divided', replicas: parts.map((part) => part.replicas) };
};

/** Clusters whose share is more than they hold get what they hold, until no share is. */
function fillFull(parts: readonly Part[], replicas: number) {
  let open = parts.filter((part) => part.weight > 0 && part.offer.most > 0);
  let left = replicas;
  for (;;) {
    const total = weightOf(open);
    const share = left;
    const full = open.filter((part) => share * part.weight > part.offer.most * total);
    if (full.length === 0) return { open, left };
    for (const part of full) {
      part.replicas = part.offer.most;
      left -= part.offer.most;
    }
    open = open.filter((part) => !full.includes(part));
  }
}

function round(open: readonly Part[], replicas: number): void {
  const total = weightOf(open);
  for (const part of open) part.replicas = Math.floor((replicas * part.weight) / total);
  let left = replicas - open.reduce((sum, part) => sum + part.replicas, 0);

  const remainder = (part: Part) => (replicas * part.weight) % total;
  // Equal remainders go to whoever has the replica already; toSorted keeps the best first otherwise.
  const holds = (part: Part) => (part.offer.current > part.replicas ? 1 : 0);
  const queue = open.toSorted((a, b) => remainder(b) - remainder(a) || holds(b) - holds(a));
  for (const part of queue) {
    if (left === 0) return;
    part.replicas += 1;
    left -= 1;
  }
}

function weightOf(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + part.weight, 0);
}
