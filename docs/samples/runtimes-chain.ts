import { Dataset, DatasetShape, Engine, EngineTask, Gpu, Loader, Model, Platform, Quantizer, Trainer, TrainingMethod, TrainingOutput, Workbench, Workspace } from 'cdk-substratus';
import { App } from 'cdk8s';

const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme-ml' });
platform.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4, gpusPerNode: 1 });
platform.addWorkspace('team-a');

export const app = new App();
const team = new Workspace(app, 'team-a', { platform });

// #region
const base = new Model(team, 'qwen', {
  loader: Loader.huggingFace('Qwen/Qwen3-0.6B', { revision: 'c1899de289a04d12100db370d81485cdf75e47ca' }),
});
const chats = new Dataset(team, 'chats', {
  loader: Loader.huggingFace('HuggingFaceH4/no_robots'),
  shape: DatasetShape.messages({ evalFraction: 0.05 }),
});
const tuned = base.finetune('tuned', {
  dataset: chats,
  trainer: Trainer.sft({ epochs: 1, method: TrainingMethod.LORA, output: TrainingOutput.MERGED }),
  resources: { gpu: Gpu.NVIDIA_L4 },
});
tuned.quantize('small', { quantizer: Quantizer.fp8() }).serve('chat', { resources: { gpu: Gpu.NVIDIA_L4 } });
tuned.notebook('lab', { workbench: Workbench.jupyter() });

const encoder = new Model(team, 'encoder', { loader: Loader.huggingFace('BAAI/bge-m3') });
encoder.serve('search', { engine: Engine.vllm({ task: EngineTask.EMBED }), resources: { gpu: Gpu.NVIDIA_L4 } });
// #endregion
