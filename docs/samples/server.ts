// #region
import { Gpu, Model, Server } from 'cdk-substratus';
import { Duration } from 'cdk8s';
// #endregion
import { teamA } from './team-a';

export const { app, team } = teamA();

// #region
const llama = new Model(team, 'llama', {
  image: 'substratusai/model-loader-huggingface',
  params: { name: 'openlm-research/open_llama_7b' },
});

export const chat = new Server(team, 'chat', {
  image: 'substratusai/model-server-basaran',
  model: llama,
  resources: { gpu: Gpu.NVIDIA_L4 },
  replicas: 2,
  startupTimeout: Duration.minutes(20),
  surge: false,
});
// #endregion
