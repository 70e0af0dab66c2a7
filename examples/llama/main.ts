/** Llama 2 in three sizes: 7B finetuned, 13B quantized on CPU and on a small GPU, 70B in 4 bits on one large GPU. */
import { Access, Dataset, Gpu, Model, Preview, Server, Workspace } from 'cdk-substratus';
import type { GpuPoolOptions, ResourcesOptions } from 'cdk-substratus';
import { App, Duration, Size } from 'cdk8s';
import { clientIdsOn, cloudNamed, platformOn } from '../platforms';
import type { CloudName } from '../platforms';

interface Gpus {
  /** For 7B in training: 80 GiB or more in all. */
  readonly training: ResourcesOptions;
  /** For 13B in 4 bits, which is 8 GiB. */
  readonly small: Gpu;
  /** The nodes with them, and with an A100 for 70B. */
  readonly pools: Readonly<Record<string, GpuPoolOptions>>;
}

const L4_X4 = { gpu: Gpu.NVIDIA_L4, gpuCount: 4 };

/** AWS has the A100 by eights only: a server takes one of them, and leaves seven. Azure has no L4. */
const GPUS: Readonly<Record<CloudName, Gpus>> = {
  gcp: {
    training: L4_X4,
    small: Gpu.NVIDIA_L4,
    pools: { 'l4': { gpu: Gpu.NVIDIA_L4 }, 'l4-x4': { gpu: Gpu.NVIDIA_L4, gpusPerNode: 4 }, 'a100': { gpu: Gpu.NVIDIA_A100_80GB } },
  },
  aws: {
    training: L4_X4,
    small: Gpu.NVIDIA_L4,
    pools: { 'l4': { gpu: Gpu.NVIDIA_L4 }, 'l4-x4': { gpu: Gpu.NVIDIA_L4, gpusPerNode: 4 }, 'a100-x8': { gpu: Gpu.NVIDIA_A100_80GB, gpusPerNode: 8 } },
  },
  azure: {
    training: { gpu: Gpu.NVIDIA_A100_80GB },
    small: Gpu.NVIDIA_A10,
    pools: { a10: { gpu: Gpu.NVIDIA_A10 }, a100: { gpu: Gpu.NVIDIA_A100_80GB } },
  },
  local: {
    training: L4_X4,
    small: Gpu.NVIDIA_L4,
    pools: { 'l4-x4': { gpu: Gpu.NVIDIA_L4, gpusPerNode: 4 }, 'a100': { gpu: Gpu.NVIDIA_A100_80GB } },
  },
};

/** The weights are gated: whoever imports them needs a token, which is in a Secret of the namespace and nowhere else. */
const GATED = { HUGGING_FACE_HUB_TOKEN: '${{ secrets.huggingface.token }}' };

const LOADER = 'substratusai/model-loader-huggingface';

export function llama(app: App, cloud: CloudName): void {
  const gpus = GPUS[cloud];
  const platform = platformOn(cloud);
  for (const [name, pool] of Object.entries(gpus.pools)) platform.addGpuPool(name, pool);
  platform.addWorkspace('team-a', { clientIds: clientIdsOn(cloud, 'team-a') });
  const team = new Workspace(app, 'team-a', { platform });
  finetuned(team, gpus);
  quantized(team, gpus);
  large(team);
}

function finetuned(team: Workspace, { training, small }: Gpus): void {
  const squad = new Dataset(team, 'squad', { image: 'substratusai/dataset-squad' });
  const base = new Model(team, 'llama-7b', { image: LOADER, env: GATED, params: { name: 'meta-llama/Llama-2-7b-hf' } });
  const tuned = base.finetune('llama-7b-squad', {
    image: 'substratusai/model-trainer-huggingface',
    dataset: squad,
    params: { num_train_epochs: 1, learning_rate: 0.00003, save_steps: 50 },
    resources: training,
    timeout: Duration.hours(12),
  });
  tuned.serve('chat-7b', { image: 'substratusai/model-server-basaran', resources: { gpu: small } });
}

/** One file of 8 GiB. llama.cpp reads all of it at random, so it is copied to the node first. */
function quantized(team: Workspace, { small }: Gpus): void {
  const gguf = new Model(team, 'llama-13b-gguf', {
    image: LOADER,
    params: { name: 'TheBloke/Llama-2-13B-chat-GGUF', files: 'llama-2-13b-chat.Q4_K_M.gguf' },
  });
  gguf.serve('chat-13b-cpu', {
    image: 'substratusai/model-server-llama-cpp:latest-cpu',
    access: Access.DOWNLOAD,
    resources: { cpu: 8, memory: Size.gibibytes(16), disk: Size.gibibytes(20) },
  });
  gguf.serve('chat-13b-gpu', {
    image: 'substratusai/model-server-llama-cpp:latest-gpu',
    access: Access.DOWNLOAD,
    env: { N_GPU_LAYERS: '43' },
    resources: { gpu: small },
  });
}

/** 138 GB of weights: they need room on the way to the bucket, and time on the way from it. */
function large(team: Workspace): void {
  const weights = new Model(team, 'llama-70b', {
    image: LOADER,
    env: GATED,
    params: { name: 'meta-llama/Llama-2-70b-chat-hf' },
    staging: { size: Size.gibibytes(200) },
  });
  new Server(team, 'chat-70b', {
    image: 'substratusai/model-server-basaran',
    model: weights,
    env: { MODEL_LOAD_IN_4BIT: 'True' },
    resources: { gpu: Gpu.NVIDIA_A100_80GB },
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
