// #region
import { Loader, Model, Platform, Quantizer, Workspace } from 'cdk-substratus';
import { App } from 'cdk8s';

const app = new App();
const platform = Platform.local({ clusterName: 'laptop' }); // or Platform.gcp, aws, azure: a cluster that exists
platform.addWorkspace('team-a');
const team = new Workspace(app, 'team-a', { platform }); // a Chart, in namespace team-a
const qwen = new Model(team, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-0.6B') });
qwen.quantize('qwen-gguf', { quantizer: Quantizer.gguf() }).serve('chat'); // by llama.cpp, with the API of OpenAI
// #endregion

export { app };
