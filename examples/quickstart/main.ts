/** Imports a small model, finetunes it on conversations, quantizes and serves the result, and opens it in a notebook. */
import { Dataset, DatasetShape, Gpu, Loader, Model, Preview, Quantizer, Reconciler, Trainer, Workspace } from 'cdk-substratus';
import { App, Chart } from 'cdk8s';
import { clientIdsOn, cloudNamed, platformOn } from '../platforms';
import type { CloudName } from '../platforms';

interface Hardware {
  /** A small one. Without it everything runs on the CPU. */
  readonly gpu?: Gpu;
  /** Makes what runs well there: an L4 computes in FP8, a T4 in INT8, and GGUF is for llama.cpp. */
  readonly quantizer: Quantizer;
  /** Most conversations to learn, of about two thousand. */
  readonly limit?: number;
}

/** Azure has no L4. */
const HARDWARE: Readonly<Record<CloudName, Hardware>> = {
  gcp: { gpu: Gpu.NVIDIA_L4, quantizer: Quantizer.fp8() },
  aws: { gpu: Gpu.NVIDIA_L4, quantizer: Quantizer.fp8() },
  azure: { gpu: Gpu.NVIDIA_T4, quantizer: Quantizer.int8() },
  local: { quantizer: Quantizer.gguf(), limit: 100 },
};

export function quickstart(app: App, cloud: CloudName, epochs = 1): void {
  const { gpu, quantizer, limit } = HARDWARE[cloud];
  const platform = platformOn(cloud);
  if (gpu) platform.addGpuPool('small', { gpu, maxNodes: 8 });
  platform.addWorkspace('team-a', { clientIds: clientIdsOn(cloud, 'team-a') });
  new Reconciler(new Chart(app, 'system'), 'substratus', { platform });

  const team = new Workspace(app, 'team-a', { platform });
  const base = new Model(team, 'qwen', {
    loader: Loader.huggingFace('Qwen/Qwen3-0.6B', { revision: 'c1899de289a04d12100db370d81485cdf75e47ca' }),
  });
  const chats = new Dataset(team, 'chats', {
    loader: Loader.huggingFace('HuggingFaceTB/everyday-conversations-llama3.1-2k'),
    shape: DatasetShape.messages({ split: 'train_sft', evalSplit: 'test_sft', limit }),
  });
  const tuned = base.finetune('qwen-chats', {
    trainer: Trainer.sft({ epochs, maxLength: 512 }), // an adapter (LoRA), merged into the model
    dataset: chats,
    resources: { gpu },
  });
  const small = tuned.quantize('qwen-small', { quantizer });
  small.serve('chat', { resources: { gpu } }); // by vLLM, or llama.cpp where it is GGUF
  tuned.notebook('lab', { dataset: chats });
}

if (require.main === module) {
  const app = new App();
  quickstart(app, cloudNamed(process.env.CLOUD));
  app.synth();
  const previews = Preview.of(app).write();
  console.log(`What to apply is in ${app.outdir}/; what will run for it, to read only:\n  ${previews.join('\n  ')}`);
}
