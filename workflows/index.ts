/** Every workflow of the worker; the entry of the bundle. */

export { deployment } from './deployment.ts';
