/** Prefers the cluster with most room for this very workload. */

import type { Score } from '../framework.ts';

/**
 * 100 × room / room of the roomiest candidate.
 *
 * The other scores are means over nodes and so blind to how many there are: an empty cluster of
 * one node would look freer than a half-used one of ten. This one counts.
 */
export const freeRoom: Score = ({ room, largestRoom }) => (100 * room) / largestRoom;
