import { Dataset, DatasetShape, Gpu, Loader, Model, Platform, Trainer, Workspace } from 'cdk-substratus';
import { App } from 'cdk8s';

const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme-ml' });
platform.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4 });
platform.addWorkspace('team-a');
export const app = new App();
const team = new Workspace(app, 'team-a', { platform });
const qwen = new Model(team, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-0.6B') });

// #region
const chats = new Dataset(team, 'chats', {
  loader: Loader.huggingFace('HuggingFaceH4/ultrachat_200k'),
  shape: DatasetShape.messages({ split: 'train_sft', limit: 20_000 }),
});
const tuned = qwen.finetune('tuned', { trainer: Trainer.sft(), dataset: chats, resources: { gpu: Gpu.NVIDIA_L4 } }); // LoRA
tuned.serve('chat', { resources: { gpu: Gpu.NVIDIA_L4 } }); // by vLLM
// #endregion
