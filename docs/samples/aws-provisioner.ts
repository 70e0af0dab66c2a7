import { Cloud, Cluster, ClusterAddons, Gpu, NodeProvisioning } from 'cdk-substratus';
import { App, Chart } from 'cdk8s';
import { App as TerraformApp, TerraformStack } from 'cdktf';

const stack = new TerraformStack(new TerraformApp(), 'ml');
const cloud = Cloud.aws({ accountId: '111122223333', region: 'us-east-1', zones: ['us-east-1a', 'us-east-1b'] });
const admins = ['arn:aws:iam::111122223333:role/admin'];

// #region
const cluster = new Cluster(stack, 'ml', { cloud, admins, nodeProvisioning: NodeProvisioning.karpenter() });
cluster.platform.addGpuProvisioner('l4', { gpu: Gpu.NVIDIA_L4, machineTypes: ['g6.2xlarge', 'g6.4xlarge'], maxNodes: 8 });
// #endregion

export const app = new App();
new ClusterAddons(new Chart(app, 'add-ons'), 'add-ons', { platform: cluster.platform });
