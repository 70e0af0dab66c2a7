/** What the tests of clusters share: a stack on each cloud, and what Terraform and Kubernetes are given of it. */
import { join } from 'node:path';
import { App } from 'cdk8s';
import { App as TerraformApp, Testing, TerraformStack } from 'cdktf';
import { ArtifactBucket, Cloud, Cluster, Gpu, GpuNodePool, ImageRegistry, Workspace } from '../../../src';
import type { ClusterProps, GpuNodePoolProps, WorkspaceOptions } from '../../../src';
import { temporary } from '../fixtures';

export const CLOUDS = {
  gcp: Cloud.gcp({ projectId: 'acme', projectNumber: '123456789012', region: 'us-central1', zones: ['us-central1-a', 'us-central1-b'] }),
  aws: Cloud.aws({ accountId: '111122223333', region: 'us-east-1', zones: ['us-east-1a', 'us-east-1b'] }),
  azure: Cloud.azure({
    subscriptionId: '00000000-1111-2222-3333-444444444444', tenantId: '55555555-6666-7777-8888-999999999999', location: 'eastus',
  }),
};

export type CloudName = keyof typeof CLOUDS;
export const CLOUD_NAMES = Object.keys(CLOUDS) as CloudName[];

/** Azure wants to be told who may administer a cluster. */
const ADMINS: Partial<Record<CloudName, string[]>> = {
  aws: ['arn:aws:iam::111122223333:role/ml-admin'],
  azure: ['aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'],
};

/** A GPU that the cloud has as a single one. */
export const SMALL_GPU: Readonly<Record<CloudName, Gpu>> = { gcp: Gpu.NVIDIA_L4, aws: Gpu.NVIDIA_L4, azure: Gpu.NVIDIA_T4 };

export function emptyStack(id = 'cloud'): TerraformStack {
  return new TerraformStack(new TerraformApp({ outdir: join(temporary(), 'cdktf.out') }), id);
}

/** The cluster `ml`, alone in a stack. */
export function cluster(cloud: CloudName = 'gcp', props: Partial<ClusterProps> = {}, stack = emptyStack()): Cluster {
  return new Cluster(stack, 'ml', { cloud: CLOUDS[cloud], admins: ADMINS[cloud], ...props });
}

export function bucketOf(owner: Cluster, props: { readonly bucketName?: string } = {}): ArtifactBucket {
  return new ArtifactBucket(stackOf(owner), 'artifacts', { cluster: owner, ...props });
}

export function registryOf(owner: Cluster): ImageRegistry {
  return new ImageRegistry(stackOf(owner), 'images', { cluster: owner });
}

export function poolOf(owner: Cluster, id: string, props: Partial<GpuNodePoolProps> = {}): GpuNodePool {
  const gpu = SMALL_GPU[owner.platform.cloudName as CloudName];
  return new GpuNodePool(stackOf(owner), id, { cluster: owner, gpu, maxNodes: 4, ...props });
}

/** A namespace of the cluster, alone in an App. */
export function workspaceOn(owner: Cluster, namespace = 'team-a', options: WorkspaceOptions = {}): Workspace {
  owner.addWorkspace(namespace, options);
  return new Workspace(new App({ outdir: join(temporary(), 'dist') }), namespace, { platform: owner.platform });
}

export function stackOf(owner: Cluster): TerraformStack {
  return TerraformStack.of(owner);
}

/** A second stack of the App. */
export function stackBeside(owner: Cluster, id: string): TerraformStack {
  return new TerraformStack(owner.node.root, id);
}

/** A cluster with a bucket, a registry and two pools: `gpus`, which stay, and `cheap`, on spot. */
export function wholeCluster(cloud: CloudName, props: Partial<ClusterProps> = {}): Cluster {
  const owner = cluster(cloud, props);
  bucketOf(owner);
  registryOf(owner);
  poolOf(owner, 'gpus');
  poolOf(owner, 'cheap', { spot: true });
  return owner;
}

export type Config = Readonly<Record<string, unknown>>;

export interface SynthesizedStack {
  readonly provider: Readonly<Record<string, readonly Config[]>>;
  readonly resource: Readonly<Record<string, Readonly<Record<string, Config>>>>;
  readonly terraform: { readonly backend: Config; readonly required_providers: Readonly<Record<string, { readonly version: string }>> };
}

/** What Terraform is given. */
export function synthesized(owner: Cluster): SynthesizedStack {
  return JSON.parse(Testing.synth(stackOf(owner), true)) as SynthesizedStack;
}

export function resourcesOf(stack: SynthesizedStack, type: string): Config[] {
  return Object.values(stack.resource[type] ?? {});
}
