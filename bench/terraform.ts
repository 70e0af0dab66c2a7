/** One measurement of a synthesis to Terraform: prints the milliseconds from `new App()` to the last file. Usage: terraform.ts <case> */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ContainerNodePool } from '@cdktf/provider-google/lib/container-node-pool';
import { GoogleProvider } from '@cdktf/provider-google/lib/provider';
import { StorageBucket } from '@cdktf/provider-google/lib/storage-bucket';
import { ArtifactBucket, Cloud, Cluster, Gpu, GpuNodePool } from 'cdk-substratus';
import { App, LocalBackend, TerraformStack } from 'cdktf';

const POOLS = 100;
const NODES = 'nodes@acme.iam.gserviceaccount.com';

/** On a cluster that exists, so that there are as many resources as in the other case. */
function withOurs(stack: TerraformStack): void {
  const cloud = Cloud.gcp({ projectId: 'acme', projectNumber: '123456789012', region: 'us-central1' });
  const cluster = Cluster.fromAttributes(stack, 'ml', { cloud, clusterName: 'ml', attributes: { nodeServiceAccount: NODES } });
  new ArtifactBucket(stack, 'artifacts', { cluster, bucketName: 'acme-artifacts' });
  for (let index = 0; index < POOLS; index += 1) new GpuNodePool(stack, `l4-${index}`, { cluster, gpu: Gpu.NVIDIA_L4, maxNodes: 4 });
}

/** The same resources, by hand. */
function bare(stack: TerraformStack): void {
  new LocalBackend(stack, { path: 'terraform.bench.tfstate' });
  new GoogleProvider(stack, 'google', { project: 'acme', region: 'us-central1' });
  const labels = { 'managed-by': 'cdk-substratus' };
  new StorageBucket(stack, 'artifacts', {
    name: 'acme-artifacts', location: 'us-central1', storageClass: 'STANDARD', uniformBucketLevelAccess: true,
    publicAccessPrevention: 'enforced', versioning: { enabled: true }, softDeletePolicy: { retentionDurationSeconds: 604_800 },
    lifecycleRule: [
      { action: { type: 'Delete' }, condition: { daysSinceNoncurrentTime: 7, withState: 'ARCHIVED' } },
      { action: { type: 'AbortIncompleteMultipartUpload' }, condition: { age: 7 } },
    ],
    forceDestroy: false, labels, lifecycle: { preventDestroy: true },
  });
  for (let index = 0; index < POOLS; index += 1) barePool(stack, `l4-${index}`, labels);
}

function barePool(stack: TerraformStack, name: string, resourceLabels: Record<string, string>): void {
  new ContainerNodePool(stack, name, {
    name, cluster: 'ml', location: 'us-central1', initialNodeCount: 0,
    autoscaling: { totalMinNodeCount: 0, totalMaxNodeCount: 4, locationPolicy: 'ANY' },
    management: { autoRepair: true, autoUpgrade: true },
    upgradeSettings: { strategy: 'SURGE', maxSurge: 0, maxUnavailable: 1 },
    lifecycle: { ignoreChanges: ['initial_node_count'] },
    nodeConfig: {
      machineType: 'g2-standard-4', diskSizeGb: 200, diskType: 'pd-balanced', imageType: 'COS_CONTAINERD', serviceAccount: NODES,
      oauthScopes: ['https://www.googleapis.com/auth/cloud-platform'], labels: { 'substratus.ai/gpu': 'nvidia-l4' }, resourceLabels,
      gvnic: { enabled: true }, metadata: { 'disable-legacy-endpoints': 'true' }, workloadMetadataConfig: { mode: 'GKE_METADATA' },
      shieldedInstanceConfig: { enableIntegrityMonitoring: true, enableSecureBoot: true },
      guestAccelerator: [{ type: 'nvidia-l4', count: 1, gpuDriverInstallationConfig: { gpuDriverVersion: 'LATEST' } }],
      taint: [{ key: 'nvidia.com/gpu', value: 'present', effect: 'NO_SCHEDULE' }],
    },
  });
}

const CASES: Readonly<Record<string, (stack: TerraformStack) => void>> = { ours: withOurs, bare };

const [, , name = ''] = process.argv;
const declare = CASES[name];
if (!declare) throw new Error(`case is ${name}; use one of ${Object.keys(CASES).join(', ')}`);
const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-'));
const start = process.cpuUsage();
const app = new App({ outdir });
declare(new TerraformStack(app, 'bench'));
app.synth();
const { user, system } = process.cpuUsage(start);
const milliseconds = (user + system) / 1000;
const bytes = fs.statSync(path.join(outdir, 'stacks', 'bench', 'cdk.tf.json')).size;
fs.rmSync(outdir, { recursive: true });
console.log(JSON.stringify({ milliseconds, bytes }));
