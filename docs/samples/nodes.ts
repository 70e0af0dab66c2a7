// #region
import { Engine, Gpu, Loader, Model, Server } from 'cdk-substratus';
// #endregion
import { teamA } from './team-a';

const { app, team, platform } = teamA();
export { app, team };

// #region
platform.addGpuPool('h100', { gpu: Gpu.NVIDIA_H100, gpusPerNode: 8, maxNodes: 4 });
platform.addLeaderWorkerSet();

const deepseek = new Model(team, 'deepseek', { loader: Loader.huggingFace('deepseek-ai/DeepSeek-R1-0528', { revision: '4236a6af538f' }) });

export const chat = new Server(team, 'chat', {
  model: deepseek,
  engine: Engine.vllm(),
  nodes: 2,
  resources: { gpu: Gpu.NVIDIA_H100, gpuCount: 8 },
});
// #endregion
