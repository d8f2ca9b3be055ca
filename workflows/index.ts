/** Every workflow of the worker; the entry of the bundle. */

export { deployment } from './deployment.ts';
export { giveAddresses } from './give-addresses.ts';
export { joinCluster } from './join-cluster.ts';
export { payDebt } from './pay-debt.ts';
export { renewCredentials } from './renew-credentials.ts';
export { unjoinCluster } from './unjoin-cluster.ts';
