// #region
import { existsSync } from 'node:fs';
import {
  ArtifactBucket, Cloud, Cluster, ClusterAddons, Gpu, GpuNodePool, Loader, Model, Reconciler, Workspace,
} from 'cdk-substratus';
import { App, Chart } from 'cdk8s';
import { App as TerraformApp, AzurermBackend, TerraformStack } from 'cdktf';
// #endregion
import { created } from './from-zero-created';

// #region
const terraform = new TerraformApp();
const stack = new TerraformStack(terraform, 'ml');
new AzurermBackend(stack, {
  resourceGroupName: 'terraform', storageAccountName: 'acmemlterraform', containerName: 'state', key: 'ml.tfstate', useAzureadAuth: true,
});
const cluster = new Cluster(stack, 'ml', {
  cloud: Cloud.azure({
    subscriptionId: '00000000-1111-2222-3333-444444444444', tenantId: '55555555-6666-7777-8888-999999999999', location: 'eastus',
  }),
  admins: ['aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'],
  allowedCidrs: ['203.0.113.7/32'], // where you are
});
new ArtifactBucket(stack, 'artifacts', { cluster });
new GpuNodePool(stack, 'gpus', { cluster, gpu: Gpu.NVIDIA_T4, maxNodes: 1 });
cluster.addWorkspace('team-a');
terraform.synth(); // cdktf.out/stacks/ml

const app = new App();
const { platform } = cluster;
const system = new Chart(app, 'system');
new ClusterAddons(system, 'addons', { platform });
new Reconciler(system, 'substratus', { platform });
const team = new Workspace(app, 'team-a', { platform });
const qwen = new Model(team, 'qwen', {
  loader: Loader.huggingFace('Qwen/Qwen3-0.6B', { revision: 'c1899de289a04d12100db370d81485cdf75e47ca' }),
});
qwen.serve('chat', { resources: { gpu: Gpu.NVIDIA_T4 } }); // by vLLM, with the API of OpenAI
if (existsSync('outputs.json')) app.synth(); // dist/, once the identities are known
// #endregion

export { app };
export const table = created(stack);
