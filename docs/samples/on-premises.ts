import { Gpu, GpuSharing, Loader, Model, OnPremisesStore, Platform, Workspace } from 'cdk-substratus';
import { App, Size } from 'cdk8s';

const platform = Platform.onPremises({
  clusterName: 'rack',
  store: OnPremisesStore.nfs({ server: 'nfs.acme.example', path: '/export/ml' }),
  registry: 'registry.acme.example/ml',
  registrySecret: 'registry-push',
  podDefaults: { imagePullSecrets: ['registry-pull'], caBundle: { configMapName: 'acme-ca' } },
});
platform.addGpuPool('dgx', { gpu: Gpu.NVIDIA_H100, gpusPerNode: 8, maxNodes: 4, nodeCpu: 224, nodeMemory: Size.gibibytes(2000) });
platform.addGpuPool('a100', { gpu: Gpu.NVIDIA_A100_80GB, gpusPerNode: 8, sharing: GpuSharing.mig('1g.10gb') });
platform.addWorkspace('team-a');

export const app = new App();
const team = new Workspace(app, 'team-a', { platform });
const qwen = new Model(team, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-8B') });
qwen.serve('chat', { resources: { gpu: Gpu.NVIDIA_H100 } });
