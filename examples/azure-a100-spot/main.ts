/** Azure with A100 on spot nodes, for training that can be interrupted, and one cut into partitions, for notebooks. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import {
  ArtifactBucket, Capacity, Cloud, Cluster, ClusterAddons, Dataset, DatasetShape, Gpu, GpuNodePool, GpuSharing, Loader, Model, Notebook,
  Preview, Trainer, Workspace,
} from 'cdk-substratus';
import { App, Chart, Size } from 'cdk8s';
import { App as TerraformApp, TerraformStack } from 'cdktf';

const CLOUD = Cloud.azure({
  subscriptionId: '00000000-1111-2222-3333-444444444444', tenantId: '55555555-6666-7777-8888-999999999999', location: 'eastus',
});

/** What the deployment has answered; before the first one made-up values, so that the Kubernetes half can be read. */
const OUTPUTS_FILE = ['outputs.json', 'outputs.example.json'].map((name) => path.join(__dirname, name)).find(fs.existsSync);

export function azureA100Spot(kubernetes: App, terraform: TerraformApp): void {
  const stack = new TerraformStack(terraform, 'azure-a100-spot');
  const cluster = new Cluster(stack, 'ml', {
    cloud: CLOUD,
    admins: ['aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'],
    outputsFile: OUTPUTS_FILE,
  });
  new ArtifactBucket(stack, 'artifacts', { cluster });
  new GpuNodePool(stack, 'a100-spot', { cluster, gpu: Gpu.NVIDIA_A100_80GB, gpusPerNode: 4, maxNodes: 4, spot: true });
  new GpuNodePool(stack, 'a100-parts', { cluster, gpu: Gpu.NVIDIA_A100_80GB, maxNodes: 1, sharing: GpuSharing.mig('3g.40gb') });
  cluster.addWorkspace('data');
  cluster.addWorkspace('research', { reads: ['data'] });
  const { platform } = cluster;

  new ClusterAddons(new Chart(kubernetes, 'system'), 'addons', { platform });
  const data = new Workspace(kubernetes, 'data', { platform });
  const chats = new Dataset(data, 'chats', {
    loader: Loader.huggingFace('HuggingFaceH4/ultrachat_200k'),
    shape: DatasetShape.messages({ split: 'train_sft', evalSplit: 'test_sft', limit: 20_000 }),
    sharedWith: ['research'],
  });
  const team = new Workspace(kubernetes, 'research', { platform });
  /* 65 GB of weights. */
  const base = new Model(team, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-32B'), staging: { size: Size.gibibytes(100) } });
  base.finetune('qwen-chats', {
    trainer: Trainer.sft({ maxLength: 1024, checkpointSteps: 25 }), // a spot node may go at any time
    dataset: chats,
    resources: { gpu: Gpu.NVIDIA_A100_80GB, gpuCount: 4, capacity: Capacity.SPOT },
    staging: { size: Size.gibibytes(150) },
  });
  new Notebook(team, 'lab', {
    dataset: chats,
    resources: { gpu: Gpu.NVIDIA_A100_80GB, gpuSharing: GpuSharing.mig('3g.40gb'), capacity: Capacity.ON_DEMAND },
  });
}

if (require.main === module) {
  const kubernetes = new App();
  const terraform = new TerraformApp();
  azureA100Spot(kubernetes, terraform);
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
