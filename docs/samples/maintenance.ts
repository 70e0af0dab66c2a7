import { Cloud, Cluster, Weekday } from 'cdk-substratus';
import { App } from 'cdk8s';
import { App as TerraformApp, TerraformStack } from 'cdktf';

const stack = new TerraformStack(new TerraformApp(), 'ml');
const cloud = Cloud.gcp({ projectId: 'acme-ml', projectNumber: '123456789012', region: 'us-central1' });

// #region
new Cluster(stack, 'ml', {
  cloud,
  kubernetesVersion: '1.34',
  maintenanceWindow: {
    day: Weekday.SATURDAY,
    startTime: '02:00', // UTC, for 12 hours
    exclusions: [{ name: 'foundation-run', from: '2026-12-18', to: '2027-01-20' }],
  },
});
// #endregion

export const app = new App();
