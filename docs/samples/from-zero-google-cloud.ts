// #region
import {
  ArtifactBucket, Cloud, Cluster, Gpu, GpuNodePool, Loader, Model, Reconciler, Workspace,
} from 'cdk-substratus';
import { App, Chart } from 'cdk8s';
import { App as TerraformApp, GcsBackend, TerraformStack } from 'cdktf';
// #endregion
import { created } from './from-zero-created';

// #region
const terraform = new TerraformApp();
const stack = new TerraformStack(terraform, 'ml');
new GcsBackend(stack, { bucket: 'acme-ml-terraform', prefix: 'ml' });
const cluster = new Cluster(stack, 'ml', {
  cloud: Cloud.gcp({ projectId: 'acme-ml', projectNumber: '123456789012', region: 'us-central1', zones: ['us-central1-a'] }),
});
new ArtifactBucket(stack, 'artifacts', { cluster });
new GpuNodePool(stack, 'gpus', { cluster, gpu: Gpu.NVIDIA_L4, maxNodes: 1 });
cluster.addWorkspace('team-a');
terraform.synth(); // cdktf.out/stacks/ml

const app = new App();
const { platform } = cluster;
const system = new Chart(app, 'system');
new Reconciler(system, 'substratus', { platform });
const team = new Workspace(app, 'team-a', { platform });
const qwen = new Model(team, 'qwen', {
  loader: Loader.huggingFace('Qwen/Qwen3-0.6B', { revision: 'c1899de289a04d12100db370d81485cdf75e47ca' }),
});
qwen.serve('chat', { resources: { gpu: Gpu.NVIDIA_L4 } }); // by vLLM, with the API of OpenAI
app.synth(); // dist/
// #endregion

export { app };
export const table = created(stack);
