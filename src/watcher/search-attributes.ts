/** Makes sure that the Temporal server knows the attributes our workflows are listed by. */

import type { Connection } from '@temporalio/client';
import { SearchAttributeType } from '@temporalio/common';
import { SEARCH_KEYS } from './starter.ts';

/** `temporal.api.enums.v1.IndexedValueType`; only what we use of it. */
const INDEXED_TYPE = { [SearchAttributeType.KEYWORD]: 2 } as const;

/** Idempotent. A server that manages them itself may refuse; then they must have been made there. */
export async function ensureSearchAttributes(
  connection: Connection,
  namespace: string,
): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.values(SEARCH_KEYS).filter(({ name }) => !(name in customAttributes));
  if (missing.length === 0) return;
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(
      missing.map(({ name }) => [name, INDEXED_TYPE[SearchAttributeType.KEYWORD]]),
    ),
  });
}
