// #region
import {
  ArtifactBucket, Cloud, Cluster, ClusterAddons, ClusterFiles, Gpu, GpuNodePool, ImageRegistry, Loader, LocalStore, Model, Preview,
  Workspace,
} from 'cdk-substratus';
import { App, Chart } from 'cdk8s';

const app = new App();
const cluster = new Cluster(app, 'laptop', { cloud: Cloud.local({ store: LocalStore.minio(), simulatedGpus: true }) });
new ArtifactBucket(app, 'artifacts', { cluster });
new ImageRegistry(app, 'images', { cluster });
new GpuNodePool(app, 'gpus', { cluster, gpu: Gpu.NVIDIA_L4, maxNodes: 1 });
cluster.addWorkspace('team-a');
const { platform } = cluster;

new ClusterAddons(new Chart(app, 'system'), 'addons', { platform }); // MinIO
const team = new Workspace(app, 'team-a', { platform });
new Model(team, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-0.6B') });

app.synth();
ClusterFiles.of(cluster).write(); // clusters/laptop/kind.yaml and up.sh
Preview.of(app).eject('eject');
// #endregion

export { app };
