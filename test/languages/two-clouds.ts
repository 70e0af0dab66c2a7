/** A program of two clouds; two_clouds.py is the same in Python. */
import {
  ArtifactBucket, Cloud, Cluster, Gpu, GpuNodePool, Model, Reconciler, Workspace,
} from 'cdk-substratus';
import { App, Chart } from 'cdk8s';
import { App as TerraformApp, TerraformStack } from 'cdktf';

const terraform = new TerraformApp();
const kubernetes = new App();

function declare(name: string, cloud: Cloud, admins?: string[]): void {
  const stack = new TerraformStack(terraform, name);
  const cluster = new Cluster(stack, 'ml', { cloud, clusterName: `ml-${name}`, admins });
  new ArtifactBucket(stack, 'artifacts', { cluster });
  cluster.addWorkspace('team-a');
  new GpuNodePool(stack, 'l4', { cluster, gpu: Gpu.NVIDIA_L4, gpusPerNode: 1, maxNodes: 2, spot: true });
  new Reconciler(new Chart(kubernetes, `${name}-system`), 'substratus', { platform: cluster.platform });
  const team = new Workspace(kubernetes, `${name}-team-a`, { platform: cluster.platform, namespace: 'team-a' });
  const params = { name: 'facebook/opt-125m', layers: 2, rate: 0.5, fast: true };
  const model = new Model(team, 'opt', { image: 'acme/loader:1', params });
  model.serve('chat', { image: 'acme/server:1', resources: { gpu: Gpu.NVIDIA_L4 } });
}

declare('gcp', Cloud.gcp({ projectId: 'acme-ml', projectNumber: '123456789012', region: 'us-central1' }));
declare('aws', Cloud.aws({ accountId: '111122223333', region: 'us-east-1', zones: ['us-east-1a', 'us-east-1b'] }), ['arn:aws:iam::111122223333:role/admin']);

kubernetes.synth();
terraform.synth();
