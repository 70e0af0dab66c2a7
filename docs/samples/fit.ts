// #region
import { Dataset, DatasetShape, Gpu, Loader, Model, ModelFacts, Platform, Trainer, Workspace } from 'cdk-substratus';
import { App, Size } from 'cdk8s';

const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme-ml' });
platform.addGpuPool('h100', { gpu: Gpu.NVIDIA_H100, gpusPerNode: 8 });
platform.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4 });
platform.addWorkspace('team-a');

const app = new App();
const team = new Workspace(app, 'team-a', { platform });

const qwen = new Model(team, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-8B', { revision: 'b968826d9c46' }) });
const chats = new Dataset(team, 'chats', {
  loader: Loader.huggingFace('acme/chats', { revision: '5f0c1a2b3c4d' }),
  shape: DatasetShape.messages(),
});
qwen.finetune('tuned', { trainer: Trainer.sft(), dataset: chats, resources: { gpu: Gpu.NVIDIA_L4 } });
qwen.serve('chat', { resources: { gpu: Gpu.NVIDIA_H100 } });

// A model that is not in the table.
const facts = ModelFacts.fromNumbers({
  name: 'acme-3b',
  parameters: 3.1e9,
  weightSize: Size.gibibytes(6),
  contextLength: 8192,
  layers: 36,
  heads: 16,
  keyValueHeads: 2,
  hiddenSize: 2048,
});
new Model(team, 'own', { image: 'acme/trainer:1', facts });
// #endregion

export { app };
