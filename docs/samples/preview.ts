// #region
import { CustomResourceDefinitions, Loader, Model, Platform, Preview, Quantizer, Workspace } from 'cdk-substratus';
import { App, Chart } from 'cdk8s';

const platform = Platform.local({ clusterName: 'laptop' });
platform.addWorkspace('team-a');

const app = new App();
new CustomResourceDefinitions(new Chart(app, 'crds'), 'substratus');
const team = new Workspace(app, 'team-a', { platform });
const qwen = new Model(team, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-0.6B') });
qwen.quantize('qwen-gguf', { quantizer: Quantizer.gguf() }).serve('chat');

app.synth(); // dist/: custom resources and workspaces
Preview.of(app).write(); // preview/: what will run for them, to be read
// #endregion

// #region eject
Preview.of(team).eject('deploy'); // deploy/: the same objects, to be applied without the reconciler
// #endregion

export { app };
