/** The machine that a pool gets for one GPU on each cloud, or for as few as there are in one. */
import { Cloud, Cluster, Gpu, GpuNodePool } from 'cdk-substratus';
import { App, TerraformStack } from 'cdktf';

const COUNTS = [1, 2, 4, 8, 12, 16];
const ID = '00000000-1111-2222-3333-444444444444';

const CLUSTERS = [
  cluster({ cloud: Cloud.gcp({ projectId: 'acme-ml', projectNumber: '123456789012', region: 'us-central1' }) }),
  cluster({
    cloud: Cloud.aws({ accountId: '111122223333', region: 'us-east-1', zones: ['us-east-1a', 'us-east-1b'] }),
    admins: ['arn:aws:iam::111122223333:role/admin'],
  }),
  cluster({ cloud: Cloud.azure({ subscriptionId: ID, tenantId: ID, location: 'eastus' }) }),
];

function cluster(props: { readonly cloud: Cloud; readonly admins?: string[] }): Cluster {
  return new Cluster(new TerraformStack(new App(), 'stack'), 'ml', props);
}

/** A pool of the first number of GPUs that there is a machine with. */
function machine(on: Cluster, gpu: Gpu, row: number): string {
  for (const gpusPerNode of COUNTS) {
    const id = `pool${row}x${gpusPerNode}`;
    try {
      const { machineType } = new GpuNodePool(on, id, { cluster: on, gpu, gpusPerNode, maxNodes: 1 });
      return gpusPerNode === 1 ? `\`${machineType}\`` : `\`${machineType}\` (${gpusPerNode})`;
    } catch {
      continue;
    }
  }
  return '–';
}

const gpus = Object.values(Gpu).filter((value): value is Gpu => value instanceof Gpu);

export const table = [
  ['GPU', 'Google Cloud', 'AWS', 'Azure'],
  ['---', '---', '---', '---'],
  ...gpus.map((gpu, row) => [`\`${gpu.name}\``, ...CLUSTERS.map((on) => machine(on, gpu, row))]),
];
