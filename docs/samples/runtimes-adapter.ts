import { Dataset, DatasetShape, Gpu, Loader, Model, Platform, Trainer, TrainingOutput, Workspace } from 'cdk-substratus';
import { App } from 'cdk8s';

const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme-ml' });
platform.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4, gpusPerNode: 1 });
platform.addWorkspace('team-a');

export const app = new App();
const team = new Workspace(app, 'team-a', { platform });

const base = new Model(team, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-0.6B', { revision: 'c1899de289a04d12100db370d81485cdf75e47ca' }) });
const chats = new Dataset(team, 'chats', { loader: Loader.huggingFace('HuggingFaceH4/no_robots'), shape: DatasetShape.messages() });

// #region
const tuned = base.finetune('tuned', {
  dataset: chats,
  trainer: Trainer.sft({ output: TrainingOutput.ADAPTER, loraRank: 32 }),
  resources: { gpu: Gpu.NVIDIA_L4 },
});
tuned.serve('chat', { resources: { gpu: Gpu.NVIDIA_L4 } });
// #endregion
