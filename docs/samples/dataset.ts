// #region
import { Build, Dataset, DeletionPolicy } from 'cdk-substratus';
// #endregion
import { teamA } from './team-a';

export const { app, team } = teamA({ builds: true });

// #region
new Dataset(team, 'squad', {
  image: 'substratusai/dataset-squad',
  params: { split: 'train', shuffle: true },
  env: { HF_TOKEN: '${{ secrets.huggingface.token }}' },
  sharedWith: ['team-b'],
  deletionPolicy: DeletionPolicy.DELETE,
});
// #endregion

// #region build
new Dataset(team, 'tickets', {
  imageBuild: Build.git({ url: 'https://github.com/acme/datasets', path: 'tickets', tag: 'v3' }),
});
// #endregion
