/** Google Cloud with L4: a few that stay for a server, and cheap ones that may go for what can be done again. */
import {
  ArtifactBucket, Capacity, Cloud, Cluster, Dataset, DatasetShape, Gpu, GpuNodePool, Loader, Model, Preview, Trainer, Workspace,
} from 'cdk-substratus';
import { App, Duration } from 'cdk8s';
import { App as TerraformApp, TerraformStack } from 'cdktf';

const CLOUD = Cloud.gcp({
  projectId: 'acme-ml', projectNumber: '123456789012', region: 'us-central1', zones: ['us-central1-a', 'us-central1-b'],
});

export function gcpL4(kubernetes: App, terraform: TerraformApp): void {
  const stack = new TerraformStack(terraform, 'gcp-l4');
  const cluster = new Cluster(stack, 'ml', { cloud: CLOUD });
  new ArtifactBucket(stack, 'artifacts', { cluster, retentionDays: 14 });
  new GpuNodePool(stack, 'l4', { cluster, gpu: Gpu.NVIDIA_L4, maxNodes: 4, imageStreaming: true });
  new GpuNodePool(stack, 'l4-spot', { cluster, gpu: Gpu.NVIDIA_L4, gpusPerNode: 4, maxNodes: 8, spot: true, localSsdCount: 4 });
  cluster.addNodePool('loaders', { machineType: 'n2d-standard-8', maxNodes: 4 });
  cluster.addWorkspace('research');

  /* GKE brings drivers, device plugin and autoscaler, so there are no ClusterAddons. */
  const team = new Workspace(kubernetes, 'research', { platform: cluster.platform });
  const base = new Model(team, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-4B-Instruct-2507') });
  const chats = new Dataset(team, 'chats', {
    loader: Loader.huggingFace('HuggingFaceH4/ultrachat_200k'),
    shape: DatasetShape.messages({ split: 'train_sft', evalSplit: 'test_sft', limit: 20_000 }),
  });
  const tuned = base.finetune('qwen-chats', {
    trainer: Trainer.sft({ checkpointSteps: 50 }),
    dataset: chats,
    resources: { gpu: Gpu.NVIDIA_L4, gpuCount: 4, capacity: Capacity.SPOT },
    expectedDuration: Duration.hours(3), // for its cost alone: longer where spot nodes go
    maxExpectedDuration: Duration.hours(6),
  });
  tuned.serve('chat', { resources: { gpu: Gpu.NVIDIA_L4, capacity: Capacity.ON_DEMAND } });
}

if (require.main === module) {
  const kubernetes = new App();
  const terraform = new TerraformApp();
  gcpL4(kubernetes, terraform);
  if (!process.env.CDKTF_OUTDIR) { // `cdktf synth` asks for one half,
    kubernetes.synth();
    Preview.of(kubernetes).write();
    console.log(`What to apply is in ${kubernetes.outdir}/; what will run for it, to read only, is in preview/`);
  }
  if (!process.env.CDK8S_OUTDIR) { // `cdk8s synth` for the other
    terraform.synth();
    console.log(`The cloud is in ${terraform.outdir}/stacks/`);
  }
}
