import { LogLevel, Platform, Reconciler } from 'cdk-substratus';
import { App, Chart, Size } from 'cdk8s';

const platform = Platform.gcp({
  clusterName: 'ml',
  bucketName: 'acme-ml',
  images: { node: 'registry.example.com/node:24.19.0-alpine' }, // Node's own image, from a mirror
});

new Reconciler(new Chart(new App(), 'system'), 'substratus', {
  platform,
  watchNamespaces: ['team-a', 'team-b'], // not in all workspaces of the platform, and with rights in these alone
  flowSchema: true, // its requests do not wait for those of all other ServiceAccounts
  podMonitor: true,
  podMonitorLabels: { release: 'prometheus' },
  memory: Size.mebibytes(512),
  logLevel: LogLevel.DEBUG,
});
