/** The addresses of a member's Services of type LoadBalancer as data: which it shall have, and whether it has them. */

import * as z from 'zod';

/** `spec.metalLBRange` as one text, `from-to`, which is how MetalLB writes it. */
export const AddressRange = z
  .object({ addressFrom: z.string(), addressTo: z.string() })
  .transform(({ addressFrom, addressTo }) => `${addressFrom}-${addressTo}`);

/** The condition that says so. There is none where no addresses are asked for. */
export const ADDRESSES_GIVEN = 'AddressesGiven';

/** How giving addresses to a member went; `none`: it shall have none, and has none of ours. */
export type Giving =
  | { readonly kind: 'given'; readonly addresses: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly reason: string; readonly message: string };

/** Reasons of the condition that do not pass by themselves: an edit of the spec asks again. */
export const REFUSALS: readonly string[] = ['NoMetalLB', 'Rejected'];

/** What is done in a member is not followed: after what was in the way is gone, this asks again. */
export const ASK_AGAIN = 'then take spec.metalLBRange out and put it back';
