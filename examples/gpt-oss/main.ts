/** gpt-oss in both sizes, in the 4 bits (MXFP4) that it was released in: 20B on one small GPU or on a CPU, 120B on two large GPUs. */
import { Access, Engine, Gpu, Loader, Model, Preview, Workspace } from 'cdk-substratus';
import type { GpuPoolOptions, ResourcesOptions } from 'cdk-substratus';
import { App, Duration, Size } from 'cdk8s';
import { clientIdsOn, cloudNamed, platformOn } from '../platforms';
import type { CloudName } from '../platforms';

interface Gpus {
  /** For 20B: 12 GiB of weights. Without a GPU, as many cores as the computer can spare. */
  readonly small: ResourcesOptions;
  /** For 120B: 60 GiB of weights, too much for one GPU of 80 GB with room for long conversations. */
  readonly large?: ResourcesOptions;
  /** The nodes that have them. */
  readonly pools: Readonly<Record<string, GpuPoolOptions>>;
}

/** Azure has no L4, and AWS four L40S where others have two of 80 GB. */
const GPUS: Readonly<Record<CloudName, Gpus>> = {
  gcp: {
    small: { gpu: Gpu.NVIDIA_L4 }, large: { gpu: Gpu.NVIDIA_A100_80GB, gpuCount: 2 },
    pools: { 'l4': { gpu: Gpu.NVIDIA_L4 }, 'a100-x2': { gpu: Gpu.NVIDIA_A100_80GB, gpusPerNode: 2 } },
  },
  aws: {
    small: { gpu: Gpu.NVIDIA_L4 }, large: { gpu: Gpu.NVIDIA_L40S, gpuCount: 4 },
    pools: { 'l4': { gpu: Gpu.NVIDIA_L4 }, 'l40s-x4': { gpu: Gpu.NVIDIA_L40S, gpusPerNode: 4 } },
  },
  azure: {
    small: { gpu: Gpu.NVIDIA_A10 }, large: { gpu: Gpu.NVIDIA_A100_80GB, gpuCount: 2 },
    pools: { 'a10': { gpu: Gpu.NVIDIA_A10 }, 'a100-x2': { gpu: Gpu.NVIDIA_A100_80GB, gpusPerNode: 2 } },
  },
  local: { small: { cpu: 6, memory: Size.gibibytes(20), disk: Size.gibibytes(20) }, pools: {} },
};

/** Four requests at once, which share the context. */
const PARALLEL = { parallel: 4, contextLength: 65_536 };

export function gptOss(app: App, cloud: CloudName): void {
  const { small, large, pools } = GPUS[cloud];
  const platform = platformOn(cloud);
  for (const [name, pool] of Object.entries(pools)) platform.addGpuPool(name, pool);
  platform.addWorkspace('team-a', { clientIds: clientIdsOn(cloud, 'team-a') });
  const team = new Workspace(app, 'team-a', { platform });

  const twenty = new Model(team, 'gpt-oss-20b', { loader: Loader.huggingFace('ggml-org/gpt-oss-20b-GGUF', { include: ['*.gguf'] }) });
  twenty.serve('chat', { engine: Engine.llamaCpp(small.gpu ? PARALLEL : {}), access: Access.DOWNLOAD, resources: small });

  if (!large) return;
  const hundred = new Model(team, 'gpt-oss-120b', {
    loader: Loader.huggingFace('ggml-org/gpt-oss-120b-GGUF', { include: ['*.gguf'] }),
    staging: { size: Size.gibibytes(100) },
  });
  hundred.serve('chat-large', {
    engine: Engine.llamaCpp(PARALLEL),
    access: Access.DOWNLOAD,
    resources: { ...large, disk: Size.gibibytes(100) },
    startupTimeout: Duration.hours(1),
    surge: false,
  });
}

if (require.main === module) {
  const app = new App();
  gptOss(app, cloudNamed(process.env.CLOUD));
  app.synth();
  const previews = Preview.of(app).write();
  console.log(`What to apply is in ${app.outdir}/; what will run for it, to read only:\n  ${previews.join('\n  ')}`);
}
