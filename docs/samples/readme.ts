// #region
import { Dataset, DatasetShape, Gpu, Loader, Model, Platform, Trainer, Workspace } from 'cdk-substratus';
import { App } from 'cdk8s';

const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme-ml' }); // a cluster that exists
platform.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4 });
platform.addWorkspace('team-a');

const app = new App();
const team = new Workspace(app, 'team-a', { platform }); // a Chart, in namespace team-a
const base = new Model(team, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-0.6B') });
const chats = new Dataset(team, 'chats', { loader: Loader.huggingFace('HuggingFaceH4/no_robots'), shape: DatasetShape.messages() });
const tuned = base.finetune('tuned', { dataset: chats, trainer: Trainer.sft({ epochs: 1 }), resources: { gpu: Gpu.NVIDIA_L4 } });
tuned.serve('chat', { resources: { gpu: Gpu.NVIDIA_L4 } }); // with vLLM, and the API of OpenAI

app.synth();
// #endregion

export { app };
