// #region
import { CustomResourceDefinitions, Gpu, Model, Platform, Preview, Workspace } from 'cdk-substratus';
import { App, Chart } from 'cdk8s';

const platform = Platform.local({ clusterName: 'laptop' });
platform.addGpuPool('gpu', { gpu: Gpu.NVIDIA_L4 });
platform.addWorkspace('team-a');

const app = new App();
new CustomResourceDefinitions(new Chart(app, 'crds'), 'substratus');
const team = new Workspace(app, 'team-a', { platform });
const opt = new Model(team, 'opt', {
  image: 'substratusai/model-loader-huggingface',
  params: { name: 'facebook/opt-125m' },
});
opt.serve('chat', { image: 'substratusai/model-server-basaran' });

app.synth(); // dist/: custom resources and workspaces
Preview.of(app).write(); // preview/: what will run for them, to be read
// #endregion

// #region eject
Preview.of(team).eject('deploy'); // deploy/: the same objects, to be applied without the reconciler
// #endregion

export { app };
