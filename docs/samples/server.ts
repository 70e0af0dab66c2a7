// #region
import { Gpu, Loader, Model, Server } from 'cdk-substratus';
import { Duration } from 'cdk8s';
// #endregion
import { teamA } from './team-a';

export const { app, team } = teamA();

// #region
const qwen = new Model(team, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-4B-Instruct-2507') });

export const chat = new Server(team, 'chat', {
  model: qwen,
  resources: { gpu: Gpu.NVIDIA_L4 },
  replicas: 2,
  startupTimeout: Duration.minutes(20),
  surge: false,
});
// #endregion
