// #region
import { Autoscaling, GatewayTls, Gpu, Loader, Model, ModelGateway, Platform, Workspace } from 'cdk-substratus';
import { App, Chart, Duration } from 'cdk8s';

export const app = new App();
const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme-ml' });
platform.addKeda();
platform.addEnvoyGateway();
platform.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4 });

export const team = new Workspace(app, 'team-a', { platform });
const qwen = new Model(team, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-0.6B', { revision: 'c1899de289a0' }) });
const chat = qwen.serve('chat', {
  resources: { gpu: Gpu.NVIDIA_L4 },
  autoscaling: Autoscaling.concurrency({ min: 0, max: 4, idle: Duration.minutes(30) }),
});

export const chart = new Chart(app, 'gateway', { namespace: 'model-gateway' });
export const gateway = new ModelGateway(chart, 'models', {
  platform,
  hostname: 'models.acme.example',
  tls: GatewayTls.certManager({ issuerName: 'letsencrypt' }),
});
gateway.serve(chat, { name: 'qwen3', aliases: ['default'] });
// #endregion

// #region team
gateway.addTeam('team-a', { models: ['qwen3', 'default'], tokensPerMonth: 50_000_000 });
// #endregion
