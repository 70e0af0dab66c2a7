/** One stack class on three clouds: the cluster, the bucket and the rights on each, and what the quickstart runs on each. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import {
  ArtifactBucket, Cloud, Cluster, ClusterAddons, Dataset, Gpu, GpuNodePool, ImageRegistry, Model, Notebook, Preview, Reconciler, Server,
  Workspace,
} from 'cdk-substratus';
import type { Platform } from 'cdk-substratus';
import { App, Chart } from 'cdk8s';
import { App as TerraformApp, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';

/** What differs from cloud to cloud. Azure has no L4. */
const PLACES = {
  gcp: {
    cloud: Cloud.gcp({ projectId: 'acme-ml', projectNumber: '123456789012', region: 'us-central1' }),
    gpu: Gpu.NVIDIA_L4,
  },
  aws: {
    cloud: Cloud.aws({ accountId: '111122223333', region: 'us-east-1', zones: ['us-east-1a', 'us-east-1b'] }),
    gpu: Gpu.NVIDIA_L4,
    admins: ['arn:aws:iam::111122223333:role/ml-admin'],
  },
  azure: {
    cloud: Cloud.azure({
      subscriptionId: '00000000-1111-2222-3333-444444444444', tenantId: '55555555-6666-7777-8888-999999999999', location: 'eastus',
    }),
    gpu: Gpu.NVIDIA_T4,
    admins: ['aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'],
  },
};

/** What the deployment has answered; before the first one made-up values, so that the Kubernetes half can be read. */
const OUTPUTS_FILE = ['outputs.json', 'outputs.example.json'].map((name) => path.join(__dirname, name)).find(fs.existsSync);

interface MlStackProps {
  readonly cloud: Cloud;
  readonly gpu: Gpu;
  readonly admins?: string[];
}

class MlStack extends TerraformStack {
  public readonly platform: Platform;

  constructor(scope: Construct, id: string, { cloud, gpu, admins }: MlStackProps) {
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
    return { name, platform, gpu: place.gpu };
  });
  const place = places.find(({ name }) => name === chosen);
  if (!place) throw new Error(`CLOUD is '${chosen}'; use one of ${Object.keys(PLACES).join(', ')}`);
  const { platform, gpu } = place;
  const system = new Chart(kubernetes, 'system');
  new ClusterAddons(system, 'addons', { platform });
  new Reconciler(system, 'substratus', { platform });
  quickstart(new Workspace(kubernetes, 'team-a', { platform }), gpu);
}

function quickstart(team: Workspace, gpu: Gpu): void {
  const base = new Model(team, 'opt', {
    image: 'substratusai/model-loader-huggingface',
    params: { name: 'facebook/opt-125m' },
  });
  const squad = new Dataset(team, 'squad', { image: 'substratusai/dataset-squad' });
  const tuned = new Model(team, 'opt-squad', {
    image: 'substratusai/model-trainer-huggingface',
    model: base,
    dataset: squad,
    params: { num_train_epochs: 1 },
    resources: { gpu },
  });
  new Server(team, 'chat', { image: 'substratusai/model-server-basaran', model: tuned, resources: { gpu } });
  new Notebook(team, 'lab', { image: 'substratusai/base', model: tuned, dataset: squad });
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
