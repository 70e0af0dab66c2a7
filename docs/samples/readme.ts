// #region
import { Dataset, Gpu, Model, Platform, Server, Workspace } from 'cdk-substratus';
import { App } from 'cdk8s';

const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme-ml' }); // a cluster that exists
platform.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4 });
platform.addWorkspace('team-a');

const app = new App();
const team = new Workspace(app, 'team-a', { platform }); // a Chart, in namespace team-a
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
  resources: { gpu: Gpu.NVIDIA_L4 },
});
new Server(team, 'chat', {
  image: 'substratusai/model-server-basaran',
  model: tuned,
  resources: { gpu: Gpu.NVIDIA_L4 },
});

app.synth();
// #endregion

export { app };
