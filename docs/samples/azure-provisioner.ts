import { Cloud, Cluster, ClusterAddons, Gpu, NodeProvisioning } from 'cdk-substratus';
import { App, Chart } from 'cdk8s';
import { App as TerraformApp, TerraformStack } from 'cdktf';

const stack = new TerraformStack(new TerraformApp(), 'ml');
const cloud = Cloud.azure({
  subscriptionId: '00000000-0000-0000-0000-000000000001', tenantId: '00000000-0000-0000-0000-000000000002', location: 'eastus',
});

// #region
const cluster = new Cluster(stack, 'ml', { cloud, nodeProvisioning: NodeProvisioning.aks() });
cluster.platform.addGpuProvisioner('a100', { gpu: Gpu.NVIDIA_A100_80GB, maxNodes: 4 }); // spot, else on-demand
// #endregion

export const app = new App();
new ClusterAddons(new Chart(app, 'add-ons'), 'add-ons', { platform: cluster.platform });
