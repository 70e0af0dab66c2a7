// #region
import { Dataset, DatasetShape, Gpu, Loader, Model, Platform, Trainer, Workspace } from 'cdk-substratus';
import { App } from 'cdk8s';

const platform = Platform.aws({ clusterName: 'ml', bucketName: 'acme-ml', region: 'us-east-1' });
platform.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4, gpusPerNode: 4 });
platform.addGpuPool('l4-spot', { gpu: Gpu.NVIDIA_L4, gpusPerNode: 8, spot: true });
platform.addWorkspace('data');
platform.addWorkspace('team-a', { reads: ['data'] });

const app = new App();
const data = new Workspace(app, 'data', { platform });
const team = new Workspace(app, 'team-a', { platform });

const chats = new Dataset(data, 'chats', {
  loader: Loader.huggingFace('HuggingFaceH4/ultrachat_200k'),
  shape: DatasetShape.messages({ split: 'train_sft' }),
  sharedWith: ['team-a'],
});
const base = new Model(team, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-4B-Instruct-2507') });
base.finetune('qwen-chats', { trainer: Trainer.sft(), dataset: chats, resources: { gpu: Gpu.NVIDIA_L4, gpuCount: 4 } });
// #endregion

export { app };
