// #region
import { Dataset, Gpu, Model, Platform, Workspace } from 'cdk-substratus';
import { App } from 'cdk8s';

const platform = Platform.aws({ clusterName: 'ml', bucketName: 'acme-ml', region: 'us-east-1' });
platform.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4, gpusPerNode: 4 });
platform.addGpuPool('l4-spot', { gpu: Gpu.NVIDIA_L4, gpusPerNode: 8, spot: true });
platform.addWorkspace('data');
platform.addWorkspace('team-a', { reads: ['data'] });

const app = new App();
const data = new Workspace(app, 'data', { platform });
const team = new Workspace(app, 'team-a', { platform });

const squad = new Dataset(data, 'squad', { image: 'substratusai/dataset-squad', sharedWith: ['team-a'] });
new Model(team, 'reader', {
  image: 'substratusai/model-trainer-huggingface',
  dataset: squad,
  resources: { gpu: Gpu.NVIDIA_L4, gpuCount: 4 },
});
// #endregion

export { app };
