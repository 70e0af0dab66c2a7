// #region
import { Build, Dataset, DatasetShape, DeletionPolicy, Loader } from 'cdk-substratus';
// #endregion
import { teamA } from './team-a';

export const { app, team } = teamA({ builds: true });

// #region
new Dataset(team, 'chats', {
  loader: Loader.huggingFace('HuggingFaceTB/everyday-conversations-llama3.1-2k'),
  shape: DatasetShape.messages({ split: 'train_sft', evalSplit: 'test_sft' }),
  sharedWith: ['team-b'],
});
// #endregion

// #region image
new Dataset(team, 'tickets', {
  image: 'registry.acme.example/datasets/tickets:3',
  params: { since: '2026-01-01', anonymous: true },
  env: { TICKETS_TOKEN: '${{ secrets.tickets.token }}' },
  deletionPolicy: DeletionPolicy.DELETE,
});
// #endregion

// #region build
new Dataset(team, 'invoices', {
  imageBuild: Build.git({ url: 'https://github.com/acme/datasets', path: 'invoices', tag: 'v3' }),
});
// #endregion
