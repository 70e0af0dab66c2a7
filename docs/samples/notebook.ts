// #region
import { Gpu, Model } from 'cdk-substratus';
import { Size } from 'cdk8s';
// #endregion
import { teamA } from './team-a';

export const { app, team } = teamA();

// #region
const base = new Model(team, 'opt', {
  image: 'substratusai/model-loader-huggingface',
  params: { name: 'facebook/opt-125m' },
});

export const lab = base.notebook('lab', {
  image: 'substratusai/base',
  resources: { gpu: Gpu.NVIDIA_L4 },
  storage: { size: Size.gibibytes(100) },
});
// #endregion
