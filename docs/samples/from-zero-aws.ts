// #region
import {
  ArtifactBucket, Cloud, Cluster, ClusterAddons, Gpu, GpuNodePool, Loader, Model, Reconciler, Workspace,
} from 'cdk-substratus';
import { App, Chart } from 'cdk8s';
import { App as TerraformApp, S3Backend, TerraformStack } from 'cdktf';
// #endregion
import { created } from './from-zero-created';

// #region
const terraform = new TerraformApp();
const stack = new TerraformStack(terraform, 'ml');
new S3Backend(stack, { bucket: 'acme-ml-terraform', key: 'ml.tfstate', region: 'us-east-1' });
stack.addOverride('terraform.backend.s3.use_lockfile', true); // one deployment at a time; Terraform 1.10 or newer
const cluster = new Cluster(stack, 'ml', {
  cloud: Cloud.aws({ accountId: '111122223333', region: 'us-east-1', zones: ['us-east-1a', 'us-east-1b'] }),
  admins: ['arn:aws:iam::111122223333:role/ml-admin'],
  allowedCidrs: ['203.0.113.7/32'], // where you are
});
new ArtifactBucket(stack, 'artifacts', { cluster });
new GpuNodePool(stack, 'gpus', { cluster, gpu: Gpu.NVIDIA_L4, maxNodes: 1 });
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
qwen.serve('chat', { resources: { gpu: Gpu.NVIDIA_L4 } }); // by vLLM, with the API of OpenAI
app.synth(); // dist/
// #endregion

export { app };
export const table = created(stack);
