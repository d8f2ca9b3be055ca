/** What an OpenMCPCluster says of the addresses that the member's Services may take. */

import { ADDRESSES_GIVEN, type Giving } from '../../src/api/addresses.ts';
import { type Condition, setCondition } from '../../src/api/conditions.ts';

interface Told {
  readonly conditions: readonly Condition[];
  readonly addresses: string | null;
}

export interface AddressesReport {
  /** The generation of the spec that was read. */
  readonly generation: number;
  readonly giving: Giving;
}

/** Nothing where none are asked for, so that nothing has to be read then. */
export type AddressesStatus = Record<string, never> | ToldAnew;
interface ToldAnew {
  readonly conditions: readonly Condition[];
  readonly addresses?: string;
}

export function hasTold({ conditions, addresses }: Told): boolean {
  return addresses !== null || conditions.some(({ type }) => type === ADDRESSES_GIVEN);
}

/** Our part of the status, and what is new in it. */
export function addressesStatus(
  before: Told,
  { generation, giving }: AddressesReport,
  now: string,
): { status: AddressesStatus; news: Said | null } {
  const said = saidOf(giving);
  if (said === null) return { status: {}, news: null };
  const former = before.conditions.filter(({ type }) => type === ADDRESSES_GIVEN);
  const next = { type: ADDRESSES_GIVEN, observedGeneration: generation, ...said };
  const addresses = addressesAfter(giving, before.addresses);
  const isOld = former.some(
    ({ reason, message }) => reason === said.reason && message === said.message,
  );
  return {
    status: {
      conditions: setCondition(former, next, now),
      ...(addresses !== null && { addresses }),
    },
    news: isOld ? null : said,
  };
}

interface Said {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

function saidOf(giving: Giving): Said | null {
  if (giving.kind === 'none') return null;
  if (giving.kind === 'failed')
    return { status: 'False', reason: giving.reason, message: giving.message };
  const message = `its Services of type LoadBalancer get addresses of ${giving.addresses}`;
  return { status: 'True', reason: 'Given', message };
}

/** What failed leaves the member what it had, but for one whose MetalLB is gone. */
function addressesAfter(giving: Giving, before: string | null): string | null {
  if (giving.kind === 'given') return giving.addresses;
  return giving.kind === 'none' || giving.reason === 'NoMetalLB' ? null : before;
}
