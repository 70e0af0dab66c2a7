/** A cluster, a network and a bucket that someone else has made: only the GPU pools and the rights are declared. */
import { ArtifactBucket, Cloud, Cluster, ClusterAddons, Gpu, GpuNodePool, Loader, Model, Preview, Workspace } from 'cdk-substratus';
import { App, Chart } from 'cdk8s';
import { App as TerraformApp, TerraformStack } from 'cdktf';

const CLOUD = Cloud.aws({ accountId: '111122223333', region: 'eu-west-1', zones: ['eu-west-1a', 'eu-west-1b'] });

export function existingCluster(kubernetes: App, terraform: TerraformApp): void {
  const stack = new TerraformStack(terraform, 'existing-cluster');
  const cluster = Cluster.fromAttributes(stack, 'shared', {
    cloud: CLOUD,
    clusterName: 'shared',
    kubernetesVersion: '1.35',
    autoscaler: true, // ours: it has none that could resize the pool below
    attributes: {
      nodeRoleArn: 'arn:aws:iam::111122223333:role/shared-nodes',
      subnetIds: ['subnet-0aaaaaaaaaaaaaaaa', 'subnet-0bbbbbbbbbbbbbbbb'], // one for each zone, in their order
    },
  });
  /* Other clusters have their artifacts in it too, each in a folder of its own. */
  ArtifactBucket.fromBucketName(stack, 'artifacts', { cluster, bucketName: 'acme-artifacts', artifactPrefix: 'shared' });
  new GpuNodePool(stack, 'l4', { cluster, gpu: Gpu.NVIDIA_L4, maxNodes: 4 });
  cluster.addWorkspace('support');
  const { platform } = cluster;

  /* Autoscaler and device plugin. A default StorageClass is there; otherwise say defaultStorageClass: true above. */
  new ClusterAddons(new Chart(kubernetes, 'system'), 'addons', { platform });
  const team = new Workspace(kubernetes, 'support', { platform, createNamespace: false });
  const phi = new Model(team, 'phi', { loader: Loader.huggingFace('microsoft/Phi-4-mini-instruct') });
  phi.serve('chat', { resources: { gpu: Gpu.NVIDIA_L4 } });
}

if (require.main === module) {
  const kubernetes = new App();
  const terraform = new TerraformApp();
  existingCluster(kubernetes, terraform);
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
