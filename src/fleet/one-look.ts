/** The fleet as it is at one moment, for a plan: listed once, not followed. */

import { ClusterName, OPENMCP_NAMESPACE } from '../api/meta.ts';
import { type KubeClient, kubeClient } from '../kubernetes/client.ts';
import { keyOf } from '../kubernetes/object.ts';
import {
  NODES,
  OPENMCP_CLUSTERS,
  OPENMCP_DEPLOYMENTS,
  PODS,
  SECRETS,
} from '../kubernetes/resources.ts';
import { credentialsFromSecret } from '../kubernetes/tokens.ts';
import { createLedger } from '../scheduler/ledger.ts';
import { workloadOf } from '../scheduler/requirements.ts';
import { clusterFacts, nodeFacts, podFacts } from './cluster-view.ts';
import { CLUSTER_LABEL } from './member-secret.ts';

const TIMEOUT_MS = 5_000;

export async function lookAtFleet(hub: KubeClient): Promise<ReturnType<typeof createLedger>> {
  const ledger = createLedger();
  const [clusters, secrets, deployments] = await Promise.all([
    hub.list(OPENMCP_CLUSTERS, { namespace: OPENMCP_NAMESPACE }),
    hub.list(SECRETS, { namespace: OPENMCP_NAMESPACE, labelSelector: CLUSTER_LABEL }),
    hub.list(OPENMCP_DEPLOYMENTS),
  ]);
  for (const cluster of clusters.items)
    ledger.setCluster(cluster.metadata.name, clusterFacts(cluster));
  await Promise.all(
    secrets.items.map(async (secret) => {
      const name = secret.metadata.labels?.[CLUSTER_LABEL] ?? '';
      const facts = clusters.items.find(({ metadata }) => metadata.name === name);
      if (facts === undefined) return;
      const client = kubeClient(credentialsFromSecret(secret));
      try {
        const [nodes, pods] = await Promise.all([
          client.list(NODES, { timeoutMs: TIMEOUT_MS }),
          client.list(PODS, { timeoutMs: TIMEOUT_MS }),
        ]);
        for (const node of nodes.items) ledger.setNode(name, nodeFacts(node));
        for (const pod of pods.items) ledger.setPod(name, keyOf(pod), podFacts(pod));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        ledger.setCluster(name, { ...clusterFacts(facts), healthy: false, reason });
      } finally {
        await client.close();
      }
    }),
  );
  for (const deployment of deployments.items) {
    try {
      const workload = workloadOf(deployment);
      const shares = Object.entries(workload.current).map(([cluster, replicas]) => ({
        cluster: ClusterName.parse(cluster),
        replicas,
      }));
      ledger.promise(
        workload.uid,
        workload,
        shares.filter(({ replicas }) => replicas > 0),
      );
    } catch {
      // A refused spec holds no room; its own condition says what is wrong with it.
    }
  }
  return ledger;
}
