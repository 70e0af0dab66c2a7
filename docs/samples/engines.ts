import { ClusterAddons, GitOps, Platform } from 'cdk-substratus';
import { App, Chart, Duration } from 'cdk8s';

const app = new App();
const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme-ml' });
platform.addWorkspace('team-a');
platform.addKeda();

const system = new Chart(app, 'system');
export const addons = new ClusterAddons(system, 'addons', {
  platform,
  gitOps: GitOps.flux(),
  engines: { certManager: true, longestAnswer: Duration.minutes(30) },
});

app.synth();
