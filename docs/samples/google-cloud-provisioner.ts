import { Cloud, Cluster, Gpu, NodeProvisioning, PoolCapacity } from 'cdk-substratus';
import { App } from 'cdk8s';
import { App as TerraformApp, TerraformStack } from 'cdktf';

const stack = new TerraformStack(new TerraformApp(), 'ml');
const cloud = Cloud.gcp({ projectId: 'acme-ml', projectNumber: '123456789012', region: 'us-central1' });

// #region
const cluster = new Cluster(stack, 'ml', { cloud, nodeProvisioning: NodeProvisioning.computeClasses() });
cluster.platform.addGpuProvisioner('l4', {
  gpu: Gpu.NVIDIA_L4,
  machineTypes: ['g2-standard-8', 'g2-standard-12'],
  capacities: [PoolCapacity.reservation('acme-l4'), PoolCapacity.spot(), PoolCapacity.onDemand(), PoolCapacity.flexStart()],
  maxNodes: 8,
});
// #endregion

export const app = new App();
