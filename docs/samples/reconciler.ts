// #region
import { Platform, Reconciler, Workspace } from 'cdk-substratus';
import { App, Chart } from 'cdk8s';

const platform = Platform.aws({ clusterName: 'ml', bucketName: 'acme-ml', region: 'us-east-1' });
platform.addWorkspace('team-a');

const app = new App();
new Reconciler(new Chart(app, 'system'), 'substratus', { platform });
new Workspace(app, 'team-a', { platform });
// #endregion

export { app };
