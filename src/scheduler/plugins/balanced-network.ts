/** Prefers nodes whose network is quiet. */

import type { NodeView } from '../../api/fleet.ts';
import type { Score } from '../framework.ts';
import { mean } from '../used-shares.ts';

/** Neither good nor bad: what a node scores whose traffic nobody has measured. */
const NEUTRAL = 50;
/** Traffic at which the score has fallen to one half: a tenth of a gigabit link. */
const HALF_BYTES_PER_SECOND = 12_500_000;

/**
 * Mean over nodes of 100 / (1 + (rx + tx) / half): 100 when idle, falling without ever reaching 0,
 * as 100 / (rx + tx) of the original should have (openmcp.md §3.3; there another plugin
 * overwrote the result).
 */
export const balancedNetwork: Score = ({ nodes }) => mean(nodes.map(quietness));

function quietness({ network }: NodeView): number {
  if (network === null) return NEUTRAL;
  return 100 / (1 + (network.rx + network.tx) / HALF_BYTES_PER_SECOND);
}
