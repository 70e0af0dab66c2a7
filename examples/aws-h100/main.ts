/** AWS with machines of eight H100: from a capacity block that was bought, and from a reservation. */
import {
  ArtifactBucket, Cloud, Cluster, ClusterAddons, Dataset, DatasetShape, Gpu, GpuNodePool, ImageRegistry, Loader, Model, PoolCapacity,
  Preview, Trainer, TrainingMethod, Workspace,
} from 'cdk-substratus';
import { App, Chart, Duration, Size } from 'cdk8s';
import { App as TerraformApp, TerraformStack } from 'cdktf';

const CLOUD = Cloud.aws({ accountId: '111122223333', region: 'us-east-1', zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'] });

/** Both lie in one zone, which AWS says with their id. */
const BLOCK = { capacity: PoolCapacity.block('cr-0123456789abcdef0'), zones: ['us-east-1b'] };
const RESERVATION = { capacity: PoolCapacity.reservation('cr-0fedcba9876543210'), zones: ['us-east-1a'] };

export function awsH100(kubernetes: App, terraform: TerraformApp): void {
  const stack = new TerraformStack(terraform, 'aws-h100');
  const cluster = new Cluster(stack, 'ml', {
    cloud: CLOUD,
    kubernetesVersion: '1.35',
    admins: ['arn:aws:iam::111122223333:role/ml-admin'],
    tags: { 'cost-centre': 'research' },
  });
  new ArtifactBucket(stack, 'artifacts', { cluster });
  new ImageRegistry(stack, 'images', { cluster, pullThrough: ['quay.io'] });
  new GpuNodePool(stack, 'h100-block', { cluster, gpu: Gpu.NVIDIA_H100, gpusPerNode: 8, maxNodes: 2, localSsdCount: 8, ...BLOCK });
  new GpuNodePool(stack, 'h100', { cluster, gpu: Gpu.NVIDIA_H100, gpusPerNode: 8, maxNodes: 1, localSsdCount: 8, ...RESERVATION });
  cluster.addWorkspace('research');
  const { platform } = cluster;

  new ClusterAddons(new Chart(kubernetes, 'system'), 'addons', { platform });
  const team = new Workspace(kubernetes, 'research', { platform });
  const chats = new Dataset(team, 'chats', {
    loader: Loader.huggingFace('HuggingFaceH4/ultrachat_200k'),
    shape: DatasetShape.messages({ split: 'train_sft', evalSplit: 'test_sft', limit: 50_000 }),
  });
  /* 141 GB of weights, and a repository that asks for a token. */
  const base = new Model(team, 'llama', {
    loader: Loader.huggingFace('meta-llama/Llama-3.3-70B-Instruct', { token: '${{ secrets.huggingface.token }}' }),
    staging: { size: Size.gibibytes(200) },
  });
  /* Each GPU holds the whole model, in 4 bits. */
  const tuned = base.finetune('llama-chats', {
    trainer: Trainer.sft({ method: TrainingMethod.QLORA, maxLength: 4096, checkpointSteps: 100 }),
    dataset: chats,
    resources: { gpu: Gpu.NVIDIA_H100, gpuCount: 8 },
    expectedDuration: Duration.hours(8), // for its cost alone
    staging: { size: Size.gibibytes(350) },
  });
  tuned.serve('chat', { resources: { gpu: Gpu.NVIDIA_H100, gpuCount: 8 } });
}

if (require.main === module) {
  const kubernetes = new App();
  const terraform = new TerraformApp();
  awsH100(kubernetes, terraform);
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
