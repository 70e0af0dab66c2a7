import { Gpu, Loader, Model, Platform, Quantizer, Workspace } from 'cdk-substratus';
import { App } from 'cdk8s';

const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme-ml' });
platform.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4, gpusPerNode: 1 });
platform.addWorkspace('team-a');

export const app = new App();
const team = new Workspace(app, 'team-a', { platform });

// #region
const base = new Model(team, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-8B', { revision: 'b968826d9c46dd6066d109eabc6255188de91218' }) });
const small = base.quantize('small', { quantizer: Quantizer.auto({ gpu: Gpu.NVIDIA_L4 }) });
small.serve('chat', { resources: { gpu: Gpu.NVIDIA_L4 } });
// #endregion
