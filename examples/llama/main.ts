/** Llama in two sizes, whose weights are gated: 8B finetuned and served on one GPU, 70B quantized and served on several. */
import { Access, Dataset, DatasetShape, Engine, Gpu, Loader, Model, Preview, Quantizer, Trainer, Workspace } from 'cdk-substratus';
import type { GpuPoolOptions, ResourcesOptions } from 'cdk-substratus';
import { App, Duration } from 'cdk8s';
import { clientIdsOn, cloudNamed, platformOn } from '../platforms';
import type { CloudName } from '../platforms';

interface Gpus {
  /** Trains an adapter of 8B: 20 GiB on each, for each holds the whole model. */
  readonly training: ResourcesOptions;
  /** Serves 8B: 15 GiB of weights. */
  readonly small: ResourcesOptions;
  /** Serves 70B in FP8, which they compute in: 66 GiB of weights in all. */
  readonly large: ResourcesOptions;
  /** The nodes that have them. */
  readonly pools: Readonly<Record<string, GpuPoolOptions>>;
}

const L4 = { gpu: Gpu.NVIDIA_L4 };
const L4_X4 = { gpu: Gpu.NVIDIA_L4, gpuCount: 4 };
const L40S_X4 = { gpu: Gpu.NVIDIA_L40S, gpuCount: 4 };
const POOLS_WITH_L40S = {
  'l4': { gpu: Gpu.NVIDIA_L4 }, 'l4-x4': { gpu: Gpu.NVIDIA_L4, gpusPerNode: 4 }, 'l40s-x4': { gpu: Gpu.NVIDIA_L40S, gpusPerNode: 4 },
};

/** Google Cloud has no L40S, Azure no L4, and AWS the H100 by one and by eight. */
const GPUS: Readonly<Record<CloudName, Gpus>> = {
  gcp: {
    training: L4_X4, small: L4, large: { gpu: Gpu.NVIDIA_H100, gpuCount: 2 },
    pools: { 'l4': { gpu: Gpu.NVIDIA_L4 }, 'l4-x4': { gpu: Gpu.NVIDIA_L4, gpusPerNode: 4 }, 'h100-x2': { gpu: Gpu.NVIDIA_H100, gpusPerNode: 2 } },
  },
  aws: { training: L4_X4, small: L4, large: L40S_X4, pools: POOLS_WITH_L40S },
  azure: {
    training: { gpu: Gpu.NVIDIA_A100_80GB }, small: { gpu: Gpu.NVIDIA_A10 }, large: { gpu: Gpu.NVIDIA_H100_NVL, gpuCount: 2 },
    pools: { 'a10': { gpu: Gpu.NVIDIA_A10 }, 'a100': { gpu: Gpu.NVIDIA_A100_80GB }, 'h100-x2': { gpu: Gpu.NVIDIA_H100_NVL, gpusPerNode: 2 } },
  },
  local: { training: L4_X4, small: L4, large: L40S_X4, pools: POOLS_WITH_L40S },
};

/** Of somebody who has accepted Meta's licence. It is in a Secret of the namespace and nowhere else. */
const GATED = { token: '${{ secrets.huggingface.token }}' };

export function llama(app: App, cloud: CloudName): void {
  const gpus = GPUS[cloud];
  const platform = platformOn(cloud);
  for (const [name, pool] of Object.entries(gpus.pools)) platform.addGpuPool(name, pool);
  platform.addWorkspace('team-a', { clientIds: clientIdsOn(cloud, 'team-a') });
  const team = new Workspace(app, 'team-a', { platform });
  finetuned(team, gpus);
  quantized(team, gpus);
}

function finetuned(team: Workspace, { training, small }: Gpus): void {
  const chats = new Dataset(team, 'chats', {
    loader: Loader.huggingFace('HuggingFaceH4/ultrachat_200k'),
    shape: DatasetShape.messages({ split: 'train_sft', evalSplit: 'test_sft', limit: 20_000 }),
  });
  const base = new Model(team, 'llama-8b', { loader: Loader.huggingFace('meta-llama/Llama-3.1-8B-Instruct', GATED) });
  const tuned = base.finetune('llama-8b-chats', {
    trainer: Trainer.sft({ epochs: 1, maxLength: 2048, checkpointSteps: 50 }),
    dataset: chats,
    resources: training,
    timeout: Duration.hours(12),
  });
  tuned.serve('chat-8b', { engine: Engine.vllm({ maxModelLen: 16_384 }), resources: small });
}

/** 141 GB of weights: they need room on their way to the bucket, and half as much when they are quantized. */
function quantized(team: Workspace, { large }: Gpus): void {
  const base = new Model(team, 'llama-70b', {
    loader: Loader.huggingFace('meta-llama/Llama-3.3-70B-Instruct', GATED),
  });
  const small = base.quantize('llama-70b-fp8', { quantizer: Quantizer.fp8() });
  small.serve('chat-70b', {
    engine: Engine.vllm({ maxModelLen: 32_768 }),
    access: Access.DOWNLOAD,
    resources: large,
    startupTimeout: Duration.hours(1),
    surge: false,
  });
}

if (require.main === module) {
  const app = new App();
  llama(app, cloudNamed(process.env.CLOUD));
  app.synth();
  const previews = Preview.of(app).write();
  console.log(`What to apply is in ${app.outdir}/; what will run for it, to read only:\n  ${previews.join('\n  ')}`);
}
