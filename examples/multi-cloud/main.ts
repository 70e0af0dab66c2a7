/** One stack class on three clouds: the cluster, the bucket and the rights on each, and what the quickstart runs on each. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import {
  ArtifactBucket, Cloud, Cluster, ClusterAddons, Dataset, DatasetShape, Gpu, GpuNodePool, ImageRegistry, Loader, Model, Preview, Quantizer,
  Reconciler, Trainer, Workspace,
} from 'cdk-substratus';
import type { Platform } from 'cdk-substratus';
import { App, Chart } from 'cdk8s';
import { App as TerraformApp, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';

interface Place {
  readonly cloud: Cloud;
  readonly gpu: Gpu;
  /** Makes what the GPU computes in. */
  readonly quantizer: Quantizer;
  readonly admins?: string[];
}

/** What differs from cloud to cloud. Azure has no L4. */
const PLACES: Readonly<Record<string, Place>> = {
  gcp: {
    cloud: Cloud.gcp({ projectId: 'acme-ml', projectNumber: '123456789012', region: 'us-central1' }),
    gpu: Gpu.NVIDIA_L4,
    quantizer: Quantizer.fp8(),
  },
  aws: {
    cloud: Cloud.aws({ accountId: '111122223333', region: 'us-east-1', zones: ['us-east-1a', 'us-east-1b'] }),
    gpu: Gpu.NVIDIA_L4,
    quantizer: Quantizer.fp8(),
    admins: ['arn:aws:iam::111122223333:role/ml-admin'],
  },
  azure: {
    cloud: Cloud.azure({
      subscriptionId: '00000000-1111-2222-3333-444444444444', tenantId: '55555555-6666-7777-8888-999999999999', location: 'eastus',
    }),
    gpu: Gpu.NVIDIA_T4,
    quantizer: Quantizer.int8(),
    admins: ['aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'],
  },
};

/** What the deployment has answered; before the first one made-up values, so that the Kubernetes half can be read. */
const OUTPUTS_FILE = ['outputs.json', 'outputs.example.json'].map((name) => path.join(__dirname, name)).find(fs.existsSync);

class MlStack extends TerraformStack {
  public readonly platform: Platform;

  constructor(scope: Construct, id: string, { cloud, gpu, admins }: Place) {
    super(scope, id);
    const cluster = new Cluster(this, 'ml', { cloud, admins, outputsFile: OUTPUTS_FILE });
    new ArtifactBucket(this, 'artifacts', { cluster });
    new ImageRegistry(this, 'images', { cluster });
    new GpuNodePool(this, 'small', { cluster, gpu, maxNodes: 8 });
    cluster.addWorkspace('team-a');
    this.platform = cluster.platform;
  }
}

/** All clouds for Terraform. A cdk8s App is what one cluster is given, so that of one of them for Kubernetes. */
export function multiCloud(kubernetes: App, terraform: TerraformApp, chosen = 'gcp'): void {
  const places = Object.entries(PLACES).map(([name, place]) => {
    const { platform } = new MlStack(terraform, name, place);
    return { name, platform, place };
  });
  const found = places.find(({ name }) => name === chosen);
  if (!found) throw new Error(`CLOUD is '${chosen}'; use one of ${Object.keys(PLACES).join(', ')}`);
  const { platform, place } = found;
  const system = new Chart(kubernetes, 'system');
  new ClusterAddons(system, 'addons', { platform });
  new Reconciler(system, 'substratus', { platform });
  quickstart(new Workspace(kubernetes, 'team-a', { platform }), place);
}

function quickstart(team: Workspace, { gpu, quantizer }: Pick<Place, 'gpu' | 'quantizer'>): void {
  const base = new Model(team, 'qwen', {
    loader: Loader.huggingFace('Qwen/Qwen3-0.6B', { revision: 'c1899de289a04d12100db370d81485cdf75e47ca' }),
  });
  const chats = new Dataset(team, 'chats', {
    loader: Loader.huggingFace('HuggingFaceTB/everyday-conversations-llama3.1-2k'),
    shape: DatasetShape.messages({ split: 'train_sft', evalSplit: 'test_sft' }),
  });
  const tuned = base.finetune('qwen-chats', { trainer: Trainer.sft({ maxLength: 512 }), dataset: chats, resources: { gpu } });
  tuned.quantize('qwen-small', { quantizer }).serve('chat', { resources: { gpu } });
  tuned.notebook('lab', { dataset: chats });
}

if (require.main === module) {
  const kubernetes = new App();
  const terraform = new TerraformApp();
  multiCloud(kubernetes, terraform, process.env.CLOUD);
  if (!process.env.CDKTF_OUTDIR) { // `cdktf synth` asks for one half,
    kubernetes.synth();
    Preview.of(kubernetes).write();
    console.log(`What to apply is in ${kubernetes.outdir}/; what will run for it, to read only, is in preview/`);
  }
  if (!process.env.CDK8S_OUTDIR) { // `cdk8s synth` for the other
    terraform.synth();
    console.log(`The clouds are in ${terraform.outdir}/stacks/`);
  }
}
