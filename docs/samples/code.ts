// #region
import * as path from 'node:path';
import { Build, Code, Dataset, Model } from 'cdk-substratus';
// #endregion
import { teamA } from './team-a';

export const { app, team } = teamA({ builds: true });

// #region
const words = new Dataset(team, 'words', { imageBuild: Build.directory(path.join(__dirname, 'loader')) });

new Model(team, 'ranker', {
  image: 'docker.io/library/python:3.13-slim',
  code: Code.directory(path.join(__dirname, 'ranker')),
  command: ['python', '/content/src/train.py'],
  dataset: words,
  params: { words: 100 },
});
// #endregion
