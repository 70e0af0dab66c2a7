// #region
import { Dataset, DatasetShape, Gpu, Loader, Model, Server, Trainer } from 'cdk-substratus';
import { Duration, Size } from 'cdk8s';
// #endregion
import { teamA } from './team-a';

export const { app, team } = teamA();

// #region
const base = new Model(team, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-0.6B') });
const chats = new Dataset(team, 'chats', {
  loader: Loader.huggingFace('HuggingFaceTB/everyday-conversations-llama3.1-2k'),
  shape: DatasetShape.messages({ split: 'train_sft' }),
});

export const tuned = base.finetune('qwen-chats', {
  trainer: Trainer.sft({ epochs: 3, learningRate: 0.0001 }),
  dataset: chats,
  resources: { gpu: Gpu.NVIDIA_L4, gpuCount: 4 },
  timeout: Duration.hours(12),
  staging: { size: Size.gibibytes(100) },
});
// #endregion

// #region image
new Model(team, 'ranker', {
  image: 'registry.acme.example/ml/ranker-trainer:4',
  dataset: chats,
  params: { trees: 500, shrinkage: 0.05 },
});
// #endregion

// #region elsewhere
const theirs = Model.fromModelAttributes(team, 'llama', { modelName: 'llama-8b-x40mcsdm', modelFormat: 'safetensors' });
new Server(team, 'llama-chat', { model: theirs, resources: { gpu: Gpu.NVIDIA_L4 } });
// #endregion
