// #region
import { Model, Platform, Workspace } from 'cdk-substratus';
import { App, Size } from 'cdk8s';

const platform = Platform.aws({
  clusterName: 'ml',
  bucketName: 'acme-ml',
  region: 'us-east-1',
  imageMirrors: { 'docker.io': 'registry.acme.example/hub', 'public.ecr.aws': 'registry.acme.example/ecr' },
  podDefaults: {
    imagePullSecrets: ['regcred'],
    env: { HTTPS_PROXY: 'http://proxy.acme.example:3128', NO_PROXY: '.acme.example,10.0.0.0/8' },
    caBundle: { configMapName: 'acme-ca' },
  },
});
platform.addWorkspace('team-a', {
  podDefaults: { labels: { 'acme.example/cost-center': '42' }, limits: { cpu: 2, memory: Size.gibibytes(4) } },
});

const team = new Workspace(new App(), 'team-a', { platform });
new Model(team, 'opt', {
  image: 'registry.acme.example/ml/loader:1',
  runtimeEnv: { LOG_LEVEL: 'debug' },
  resources: { cpu: 2, memory: Size.gibibytes(8), limits: { cpu: 4, memory: Size.gibibytes(12) } },
});
// #endregion

export const app = team.node.root as App;
