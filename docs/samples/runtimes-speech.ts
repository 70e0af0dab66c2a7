import { Gpu, Loader, Model, Platform, Workspace } from 'cdk-substratus';
import { App } from 'cdk8s';

const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme-ml' });
platform.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4, gpusPerNode: 1 });
platform.addWorkspace('team-a');

export const app = new App();
const team = new Workspace(app, 'team-a', { platform });

// #region
const whisper = new Model(team, 'whisper', { loader: Loader.huggingFace('openai/whisper-large-v3-turbo') });
whisper.serve('hear', { resources: { gpu: Gpu.NVIDIA_L4 } });
// #endregion
