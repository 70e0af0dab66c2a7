import { findAssets } from './assets';
import { startCluster } from './cluster';
import type { Cluster, ClusterOptions } from './cluster';

/** Tests on a cluster of their own. Skipped, and counted so, where its programs are not there; scripts/ensure-cluster.ts says why. */
export function describeOnCluster(name: string, options: Omit<ClusterOptions, 'assets'>, tests: (cluster: () => Cluster) => void): void {
  const assets = findAssets();
  (assets ? describe : describe.skip)(name, () => {
    let cluster: Cluster | undefined;

    beforeAll(async () => {
      if (assets) cluster = await startCluster({ ...options, assets });
    });

    afterAll(() => cluster?.stop());

    tests(() => {
      if (!cluster) throw new Error('the cluster has not started');
      return cluster;
    });
  });
}
