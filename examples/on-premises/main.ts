/** Two DGX H100 and an older machine whose A100 are divided, with a file system that all of them have, a registry and mirrors. */
import {
  Capacity, Dataset, DatasetShape, Gpu, GpuSharing, Loader, Model, OnPremisesStore, Platform, Preview, Reconciler, Trainer, Workspace,
} from 'cdk-substratus';
import { App, Chart, Duration, Size } from 'cdk8s';

const REGISTRY = 'registry.acme.example';

export function onPremises(app: App): void {
  const platform = rack();
  new Reconciler(new Chart(app, 'system'), 'substratus', { platform });

  const datasets = new Workspace(app, 'datasets', { platform });
  const chats = new Dataset(datasets, 'chats', {
    loader: Loader.huggingFace('HuggingFaceH4/no_robots'),
    shape: DatasetShape.messages({ split: 'train' }),
    sharedWith: ['assistants'],
  });

  const team = new Workspace(app, 'assistants', { platform });
  const base = new Model(team, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-8B', { revision: 'b968826d9c46dd6066d109eabc6255188de91218' }) });
  const tuned = base.finetune('qwen-chats', {
    trainer: Trainer.sft({ epochs: 1, checkpointSteps: 50 }),
    dataset: chats,
    resources: { gpu: Gpu.NVIDIA_H100, gpuCount: 4, capacity: Capacity.ON_DEMAND },
    expectedDuration: Duration.hours(2),
  });
  tuned.serve('chat', { resources: { gpu: Gpu.NVIDIA_H100 } });
  tuned.notebook('lab', { resources: { gpu: Gpu.NVIDIA_A100_80GB, gpuSharing: GpuSharing.mig('2g.20gb') } });
}

/** What is there already: nothing of it is made here. */
function rack(): Platform {
  const platform = Platform.onPremises({
    clusterName: 'rack',
    kubernetesVersion: '1.33',
    store: OnPremisesStore.directory('/mnt/lustre/ml'),
    registry: `${REGISTRY}/ml`,
    registrySecret: 'registry-push',
    registryCidrs: ['10.20.0.10/32'],
    imageMirrors: { 'docker.io': `${REGISTRY}/hub`, 'ghcr.io': `${REGISTRY}/ghcr` },
    mirrors: { huggingFace: 'https://models.acme.example', pypi: 'https://pypi.acme.example/simple' },
    podDefaults: { imagePullSecrets: ['registry-pull'], caBundle: { configMapName: 'acme-ca' } },
    gpuDriver: 580,
  });
  platform.addGpuPool('dgx', {
    gpu: Gpu.NVIDIA_H100, gpusPerNode: 8, maxNodes: 2, machineType: 'dgx-h100', nodeCpu: 224, nodeMemory: Size.gibibytes(2000),
    taints: { dedicated: 'training' },
  });
  platform.addGpuPool('a100', {
    gpu: Gpu.NVIDIA_A100_80GB, gpusPerNode: 4, maxNodes: 1, sharing: GpuSharing.mig('2g.20gb'), resourceName: 'nvidia.com/mig-2g.20gb',
    nodeCpu: 64, nodeMemory: Size.gibibytes(512),
  });
  platform.addWorkspace('datasets');
  platform.addWorkspace('assistants', { reads: ['datasets'], builds: true });
  return platform;
}

if (require.main === module) {
  const app = new App();
  onPremises(app);
  app.synth();
  Preview.of(app).write();
  console.log(`What to apply is in ${app.outdir}/; what will run for it, to read only, is in preview/`);
}
