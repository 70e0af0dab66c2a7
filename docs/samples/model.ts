// #region
import { Dataset, Gpu, Model, Server } from 'cdk-substratus';
import { Duration, Size } from 'cdk8s';
// #endregion
import { teamA } from './team-a';

export const { app, team } = teamA();

// #region
const base = new Model(team, 'opt', {
  image: 'substratusai/model-loader-huggingface',
  params: { name: 'facebook/opt-125m' },
});
const squad = new Dataset(team, 'squad', { image: 'substratusai/dataset-squad' });

export const tuned = base.finetune('opt-squad', {
  image: 'substratusai/model-trainer-huggingface',
  dataset: squad,
  params: { num_train_epochs: 1, learning_rate: 0.0001 },
  resources: { gpu: Gpu.NVIDIA_L4, gpuCount: 4 },
  timeout: Duration.hours(12),
  staging: { size: Size.gibibytes(200) },
});
// #endregion

// #region elsewhere
const theirs = Model.fromModelAttributes(team, 'llama', { modelName: 'llama-7b-x40mcsdm' });
new Server(team, 'llama-chat', { model: theirs, image: 'substratusai/model-server-basaran', resources: { gpu: Gpu.NVIDIA_L4 } });
// #endregion
