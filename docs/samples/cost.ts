// #region
import {
  ArtifactBucket, Capacity, Cloud, Cluster, Cost, Dataset, DatasetShape, Gpu, GpuNodePool, Loader, Model, Trainer, Workspace,
} from 'cdk-substratus';
import { App, Duration } from 'cdk8s';
import { App as TerraformApp, TerraformStack } from 'cdktf';

const stack = new TerraformStack(new TerraformApp(), 'ml');
const cluster = new Cluster(stack, 'ml', { cloud: Cloud.gcp({ projectId: 'acme-ml', projectNumber: '123456789012', region: 'us-central1' }) });
new ArtifactBucket(stack, 'artifacts', { cluster });
new GpuNodePool(stack, 'l4', { cluster, gpu: Gpu.NVIDIA_L4, maxNodes: 4 });
new GpuNodePool(stack, 'l4-spot', { cluster, gpu: Gpu.NVIDIA_L4, gpusPerNode: 4, maxNodes: 2, spot: true });
cluster.addWorkspace('team-a');

const app = new App();
const team = new Workspace(app, 'team-a', { platform: cluster.platform });
const qwen = new Model(team, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-4B', { revision: '1cfa9a7208912126459214e8b04321603b3df60c' }) });
const chats = new Dataset(team, 'chats', {
  loader: Loader.huggingFace('acme/chats', { revision: '5f0c1a2b3c4d' }),
  shape: DatasetShape.messages(),
});
const tuned = qwen.finetune('tuned', {
  trainer: Trainer.sft(),
  dataset: chats,
  resources: { gpu: Gpu.NVIDIA_L4, gpuCount: 4, capacity: Capacity.SPOT },
  expectedDuration: Duration.hours(2),
  maxExpectedDuration: Duration.hours(4),
});
tuned.serve('chat', { resources: { gpu: Gpu.NVIDIA_L4, capacity: Capacity.ON_DEMAND }, replicas: 2 });

const cost = Cost.of(app);
if (cost.monthlyAtMinNodes > 500) throw new Error(`at rest it costs ${cost.monthlyAtMinNodes} US dollars a month`);
// #endregion

export { app };
