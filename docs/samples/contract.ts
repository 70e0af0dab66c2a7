// #region
import { Gpu, Model } from 'cdk-substratus';
// #endregion
import { teamA } from './team-a';

export const { app, team } = teamA();

// #region
new Model(team, 'llama', {
  image: 'acme/loader:v4',
  env: { HF_TOKEN: '${{ secrets.huggingface.token }}', LOG_LEVEL: 'info' },
  params: { name: 'meta-llama/Llama-3.1-8B-Instruct', revision: 'main', shards: 4, fraction: 0.5, safe: true },
  resources: { gpu: Gpu.NVIDIA_L4 },
});
// #endregion
