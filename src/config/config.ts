/** The settings of our processes, read from the environment once, at start. */

import * as z from 'zod';

const seconds = (fallback: number) => z.coerce.number().positive().default(fallback);

const Config = z.object({
  /** host:port of the Temporal frontend. */
  TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  /** Kubeconfig file of the hub; without it the in-cluster account is used. */
  OPENMCP_KUBECONFIG: z.string().optional(),
  /** Set by Kubernetes in every pod. */
  KUBERNETES_SERVICE_HOST: z.string().default(''),
  KUBERNETES_SERVICE_PORT: z.string().default('443'),
  /** Address of the hub: the name of its folder in the registry. */
  OPENMCP_IP: z.string().min(1),
  /** `nfs://host:port/export`, or the absolute path of a mounted volume. */
  OPENMCP_REGISTRY: z.string().regex(/^(nfs:\/\/|\/)/, 'must start with nfs:// or /'),
  /** Name of this process among its replicas; the host and process by default. */
  OPENMCP_IDENTITY: z.string().optional(),
  /** How often a member is probed, how long an answer may take, how many silences mean dead. */
  OPENMCP_PROBE_INTERVAL_SECONDS: seconds(5),
  OPENMCP_PROBE_TIMEOUT_SECONDS: seconds(3),
  OPENMCP_PROBE_THRESHOLD: z.coerce.number().int().positive().default(3),
  /** Lifetime asked for members' tokens; they are renewed well before. */
  OPENMCP_TOKEN_SECONDS: seconds(86_400),
  /** Workflows kept in memory; more costs memory, fewer costs replays. */
  OPENMCP_CACHED_WORKFLOWS: z.coerce.number().int().positive().default(500),
  /** File made by src/bundle-workflows.ts; without it the worker bundles the workflows at start. */
  OPENMCP_WORKFLOW_BUNDLE: z.string().min(1).optional(),
  OPENMCP_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});
export type Config = z.infer<typeof Config>;

/** Throws one error that names every bad setting. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const parsed = Config.safeParse(environment);
  if (parsed.success) return parsed.data;
  throw new Error(`Bad configuration:\n${z.prettifyError(parsed.error)}`);
}
