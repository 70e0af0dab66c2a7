/** What the tests of local clusters share. */
import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import { ArtifactBucket, Cloud, Cluster, ClusterAddons, Gpu, GpuNodePool } from '../../../src';
import type { ClusterProps, GpuNodePoolProps, LocalCloudProps } from '../../../src';
import type { KubeObject } from '../../../src/expand';
import { objectsOf, temporary } from '../fixtures';

/** The cluster `laptop`, in an App that writes to a directory of its own. */
export function laptop(cloud: LocalCloudProps = {}, props: Partial<ClusterProps> = {}): Cluster {
  return new Cluster(new App({ outdir: join(temporary(), 'dist') }), 'laptop', { cloud: Cloud.local(cloud), ...props });
}

export function bucketOf(owner: Cluster): ArtifactBucket {
  return new ArtifactBucket(owner.node.root, 'artifacts', { cluster: owner });
}

export function poolOf(owner: Cluster, id = 'gpus', props: Partial<GpuNodePoolProps> = {}): GpuNodePool {
  return new GpuNodePool(owner.node.root, id, { cluster: owner, gpu: Gpu.NVIDIA_L4, maxNodes: 1, ...props });
}

/** What ClusterAddons writes. */
export function addonsOf({ platform }: Cluster): KubeObject[] {
  const chart = new Chart(new App(), 'system');
  new ClusterAddons(chart, 'addons', { platform });
  return objectsOf(chart);
}
