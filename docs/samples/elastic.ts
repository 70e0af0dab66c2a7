// #region
import { Autoscaling, Gpu, Loader, Model, Server } from 'cdk-substratus';
import { Duration } from 'cdk8s';
// #endregion
import { teamA } from './team-a';

const { app, team, platform } = teamA();
export { app, team };

// #region
platform.addKeda();

const qwen = new Model(team, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-4B-Instruct-2507') });

export const chat = new Server(team, 'chat', {
  model: qwen,
  resources: { gpu: Gpu.NVIDIA_L4 },
  startupTimeout: Duration.minutes(10),
  autoscaling: Autoscaling.concurrency({ min: 0, max: 4, target: 16, idle: Duration.minutes(15) }),
});
// #endregion
