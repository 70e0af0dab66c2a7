/** Falcon 40B: finetuned on eight GPUs of spot nodes, served on one, with a notebook that costs nothing while nobody needs it. */
import { Access, Capacity, Dataset, Gpu, Model, Platform, Preview, Workspace } from 'cdk-substratus';
import { App, Duration, Size } from 'cdk8s';
import { clientIdsOn, cloudNamed, platformOn } from '../platforms';
import type { CloudName } from '../platforms';

interface Gpus {
  /** For 40B in training: 160 GiB or more in all. */
  readonly many: { readonly gpu: Gpu; readonly gpuCount: number };
  /** For 40B in 4 bits, which is 23 GiB. */
  readonly one: Gpu;
}

/** Azure has no L4: there two A100, and one A10. */
const GPUS: Readonly<Record<CloudName, Gpus>> = {
  gcp: { many: { gpu: Gpu.NVIDIA_L4, gpuCount: 8 }, one: Gpu.NVIDIA_L4 },
  aws: { many: { gpu: Gpu.NVIDIA_L4, gpuCount: 8 }, one: Gpu.NVIDIA_L4 },
  azure: { many: { gpu: Gpu.NVIDIA_A100_80GB, gpuCount: 2 }, one: Gpu.NVIDIA_A10 },
  local: { many: { gpu: Gpu.NVIDIA_L4, gpuCount: 8 }, one: Gpu.NVIDIA_L4 },
};

/** 84 GB of weights, copied to the node once before they are read; wherever they are needed, that much disk is. */
const WEIGHTS = { access: Access.DOWNLOAD };
const ROOM = { disk: Size.gibibytes(120) };

export function falcon(app: App, cloud: CloudName): void {
  const { many, one } = GPUS[cloud];
  const platform = cloud === 'local' ? lab() : platformOn(cloud);
  platform.addGpuPool('training', { gpu: many.gpu, gpusPerNode: many.gpuCount, maxNodes: 2 });
  if (cloud !== 'local') platform.addGpuPool('training-spot', { gpu: many.gpu, gpusPerNode: many.gpuCount, maxNodes: 2, spot: true });
  platform.addGpuPool('serving', { gpu: one, maxNodes: 2 });
  platform.addWorkspace('team-a', { clientIds: clientIdsOn(cloud, 'team-a') });

  const team = new Workspace(app, 'team-a', { platform, labels: { 'acme.example/cost-center': 'research' } });
  const squad = new Dataset(team, 'squad', { image: 'substratusai/dataset-squad' });
  const base = new Model(team, 'falcon-40b', {
    image: 'substratusai/model-loader-huggingface',
    params: { name: 'tiiuae/falcon-40b' },
    staging: { size: Size.gibibytes(120) },
  });
  const tuned = base.finetune('falcon-40b-squad', {
    image: 'substratusai/model-trainer-huggingface',
    dataset: squad,
    ...WEIGHTS,
    params: { num_train_epochs: 1, save_steps: 20, target_modules: 'query_key_value', bf16: 'True', fp16: 'False' },
    resources: { ...ROOM, ...many, capacity: Capacity.SPOT_FIRST },
    timeout: Duration.days(2),
    retries: 4,
  });
  tuned.serve('chat', {
    image: 'substratusai/model-server-basaran',
    ...WEIGHTS,
    env: { MODEL_LOAD_IN_4BIT: 'True', MODEL_TRUST_REMOTE_CODE: 'True' },
    resources: { ...ROOM, gpu: one, memory: Size.gibibytes(48) },
    startupTimeout: Duration.hours(1),
  });
  base.notebook('lab', {
    image: 'substratusai/base',
    dataset: squad,
    ...WEIGHTS,
    resources: { ...ROOM, ...many },
    suspend: true,
    idleTimeout: Duration.hours(1),
  });
}

/** A machine room instead of a laptop: its artifacts are in MinIO, which can be copied from, not mounted. */
function lab(): Platform {
  return Platform.local({
    clusterName: 'lab',
    s3: { endpoint: 'http://minio.minio:9000', bucketName: 'artifacts', credentialsSecret: 'artifact-store' },
  });
}

if (require.main === module) {
  const app = new App();
  falcon(app, cloudNamed(process.env.CLOUD));
  app.synth();
  const previews = Preview.of(app).write();
  console.log(`What to apply is in ${app.outdir}/; what will run for it, to read only:\n  ${previews.join('\n  ')}`);
}
