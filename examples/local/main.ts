/** The whole flow on a laptop: kind, MinIO as the bucket, a registry, and GPUs that are simulated. No account, and no cdktf. */
import {
  ArtifactBucket, Cloud, Cluster, ClusterAddons, ClusterFiles, Dataset, Gpu, GpuNodePool, ImageRegistry, LocalStore, Model, Preview, Server,
  Workspace,
} from 'cdk-substratus';
import { App, Chart, Size } from 'cdk8s';

/** What fits a laptop. On a cloud it can be left out, but for the GPU. */
const SMALL = { gpu: Gpu.NVIDIA_L4, cpu: 1, memory: Size.gibibytes(2), disk: Size.gibibytes(5) };
const STAGING = { size: Size.gibibytes(2) };

/** Two GPUs, so that a new model can be trained while the old one is served. */
export function local(app: App): Cluster {
  const cluster = new Cluster(app, 'laptop', { cloud: Cloud.local({ store: LocalStore.minio(), simulatedGpus: true }) });
  new ArtifactBucket(app, 'artifacts', { cluster });
  new ImageRegistry(app, 'images', { cluster });
  new GpuNodePool(app, 'gpus', { cluster, gpu: Gpu.NVIDIA_L4, gpusPerNode: 2, maxNodes: 1 });
  cluster.addWorkspace('team-a');
  const { platform } = cluster;

  new ClusterAddons(new Chart(app, 'system'), 'addons', { platform });
  const team = new Workspace(app, 'team-a', { platform });
  const base = new Model(team, 'opt', {
    image: 'substratusai/model-loader-huggingface',
    params: { name: 'facebook/opt-125m' },
    staging: STAGING,
  });
  const squad = new Dataset(team, 'squad', { image: 'substratusai/dataset-squad', staging: STAGING });
  const tuned = new Model(team, 'opt-squad', {
    image: 'substratusai/model-trainer-huggingface',
    model: base,
    dataset: squad,
    params: { max_steps: 1 },
    resources: SMALL,
    staging: STAGING,
  });
  new Server(team, 'chat', { image: 'substratusai/model-server-basaran', model: tuned, resources: SMALL });
  return cluster;
}

if (require.main === module) {
  const app = new App();
  const cluster = local(app);
  app.synth();
  ClusterFiles.of(cluster).write();
  const preview = Preview.of(app);
  preview.write();
  preview.eject('eject');
  console.log(`What makes the cluster is in clusters/laptop/, what to apply in ${app.outdir}/, and without the reconciler in eject/.\n`
    + 'What will run, to read only, is in preview/');
}
