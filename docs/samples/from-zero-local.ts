// #region
import {
  ArtifactBucket, Cloud, Cluster, ClusterAddons, ClusterFiles, Loader, LocalStore, Model, Quantizer, Reconciler, Workspace,
} from 'cdk-substratus';
import { App, Chart, Size } from 'cdk8s';

const app = new App();
const cluster = new Cluster(app, 'laptop', { cloud: Cloud.local({ store: LocalStore.minio() }) });
new ArtifactBucket(app, 'artifacts', { cluster });
cluster.addWorkspace('team-a');

const { platform } = cluster;
const system = new Chart(app, 'system');
new ClusterAddons(system, 'addons', { platform }); // MinIO
new Reconciler(system, 'substratus', { platform });
const team = new Workspace(app, 'team-a', { platform });
const small = { staging: { size: Size.gibibytes(5) } };
const qwen = new Model(team, 'qwen', {
  loader: Loader.huggingFace('Qwen/Qwen3-0.6B', { revision: 'c1899de289a04d12100db370d81485cdf75e47ca' }), ...small,
});
qwen.quantize('qwen-gguf', { quantizer: Quantizer.gguf(), ...small }).serve('chat'); // by llama.cpp, with the API of OpenAI

app.synth(); // dist/
ClusterFiles.of(cluster).write(); // clusters/laptop/
// #endregion

export { app };
