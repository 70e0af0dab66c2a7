/** The workspace that the samples of the pages are declared in. */
import { Gpu, Platform, Workspace } from 'cdk-substratus';
import type { WorkspaceOptions } from 'cdk-substratus';
import { App } from 'cdk8s';

export interface TeamA {
  readonly app: App;
  readonly platform: Platform;
  readonly team: Workspace;
}

export function teamA(options?: WorkspaceOptions): TeamA {
  const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme-ml', kubernetesVersion: '1.33', registry: 'us-docker.pkg.dev/acme/ml' });
  platform.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4, gpusPerNode: 4 });
  platform.addWorkspace('team-a', options);
  const app = new App();
  return { app, platform, team: new Workspace(app, 'team-a', { platform }) };
}
