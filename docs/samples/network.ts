// #region
import { Platform, Workspace } from 'cdk-substratus';
// #endregion
import { App } from 'cdk8s';

// #region
const platform = Platform.aws({ clusterName: 'ml', bucketName: 'acme-ml', region: 'us-east-1' });
platform.addWorkspace('team-a', { private: true, serversOpenTo: ['gateway'] });
// #endregion

export const app = new App();
new Workspace(app, 'team-a', { platform });
