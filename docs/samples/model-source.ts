// #region
import { Gpu, Model, ModelSource, Platform, Workspace } from 'cdk-substratus';
import { App } from 'cdk8s';

const platform = Platform.aws({ clusterName: 'ml', bucketName: 'acme-ml', region: 'us-east-1', kubernetesVersion: '1.35' });
platform.addGpuPool('h100', { gpu: Gpu.NVIDIA_H100, gpusPerNode: 8 });
platform.addWorkspace('team-a', { readableBuckets: [{ url: 's3://acme-weights' }] });

const app = new App();
const team = new Workspace(app, 'team-a', { platform });

const llama = new Model(team, 'llama', { source: ModelSource.bucket('s3://acme-weights/llama-3.1-70b') });
llama.serve('chat', { image: 'acme/vllm:1', resources: { gpu: Gpu.NVIDIA_H100, gpuCount: 8 } });

new Model(team, 'mistral', { source: ModelSource.claim('mistral', { path: 'hf/7b' }) }).notebook('lab', { image: 'acme/notebook' });
new Model(team, 'qwen', { source: ModelSource.image('registry.acme.example/qwen:3') }).serve('small', { image: 'acme/vllm:1' });
// #endregion

export { app };
