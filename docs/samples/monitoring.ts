import { Gpu, Loader, Model, Monitoring, Platform, Reconciler, Workspace } from 'cdk-substratus';
import { App, Chart, Duration } from 'cdk8s';

const app = new App();
const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme-ml' });
platform.addGpuPool('h100', { gpu: Gpu.NVIDIA_H100 });
platform.addWorkspace('team-a');

const system = new Chart(app, 'system');
new Reconciler(system, 'substratus', { platform });
const monitoring = new Monitoring(system, 'monitoring', { platform, labels: { release: 'kube-prometheus-stack' } });

const team = new Workspace(app, 'team-a', { platform });
const qwen = new Model(team, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-8B', { revision: 'b968826d9c46' }) });
const chat = qwen.serve('chat', { resources: { gpu: Gpu.NVIDIA_H100 } });
monitoring.addObjective(chat, { timeToFirstToken: Duration.seconds(2), errorRatio: 0.01 });

app.synth();
