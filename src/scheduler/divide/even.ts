/** The default: evenly, the remainder to the best clusters, what one cannot hold to the others. */

import type { Divide, Division, Offer } from '../framework.ts';
import { type Slot, settle } from './settle.ts';

export const even: Divide = (workload, offers) => {
  const replicas = settle(offers.map(slotOf), workload.replicas, null);
  return replicas === null ? TOO_MANY : { kind: 'divided', replicas };
};

export const TOO_MANY: Division = { kind: 'impossible', why: 'there is not enough room' };

export function slotOf({ current, most }: Offer): Slot {
  return { current, least: 0, most };
}
