// #region
import { Gpu, Loader, Model } from 'cdk-substratus';
import { Size } from 'cdk8s';
// #endregion
import { teamA } from './team-a';

export const { app, team } = teamA();

// #region
const base = new Model(team, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-0.6B') });

export const lab = base.notebook('lab', {
  resources: { gpu: Gpu.NVIDIA_L4 },
  storage: { size: Size.gibibytes(100) },
});
// #endregion
