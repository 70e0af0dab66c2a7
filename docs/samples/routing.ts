// #region
import { Gpu, Loader, Model, Routing, Server } from 'cdk-substratus';
// #endregion
import { teamA } from './team-a';

const { app, team, platform } = teamA();
export { app, team };

// #region
platform.addInferenceExtension({ gatewayNamespaces: ['gateways'] });

const qwen = new Model(team, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-4B-Instruct-2507') });

export const chat = new Server(team, 'chat', {
  model: qwen,
  resources: { gpu: Gpu.NVIDIA_L4 },
  replicas: 3,
  routing: Routing.PREFIX_AWARE,
});
// #endregion
