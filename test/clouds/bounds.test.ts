/** A cluster of 300 workspaces and 100 pools on each cloud, and what the cloud takes of each at most. */
import { Testing, TerraformStack } from 'cdktf';
import { ArtifactBucket, Cloud, Cluster, Gpu, GpuNodePool, ImageRegistry } from '../../src';
import type { GpuNodePoolProps } from '../../src';
import { NAME_ARGUMENTS, NAME_RULES } from './name-rules';

type Block = Readonly<Record<string, unknown>>;
type Resources = Readonly<Record<string, Readonly<Record<string, Block>>>>;

const WORKSPACES = Array.from({ length: 300 }, (_, index) => `workspace-with-quite-a-long-name-for-a-team-of-people-${index}`);
const [READER = '', ...OTHERS] = WORKSPACES;

interface Place {
  readonly cloud: Cloud;
  readonly admins?: string[];
  readonly pool: Omit<GpuNodePoolProps, 'cluster' | 'maxNodes'>;
  readonly pools: number;
}

/** AWS has a quota of node groups that can be raised; Azure counts two pools of the cluster's own. */
const PLACES = {
  gcp: {
    cloud: Cloud.gcp({ projectId: 'acme', projectNumber: '123456789012', region: 'us-central1', zones: ['us-central1-a'] }),
    pool: { gpu: Gpu.NVIDIA_L4 }, pools: 100,
  },
  aws: {
    cloud: Cloud.aws({ accountId: '111122223333', region: 'ap-southeast-3', zones: ['ap-southeast-3a', 'ap-southeast-3b'] }),
    admins: ['arn:aws:iam::111122223333:role/admin'],
    pool: { gpu: Gpu.NVIDIA_L4, zones: ['ap-southeast-3a'], compact: true }, pools: 100,
  },
  azure: {
    cloud: Cloud.azure({
      subscriptionId: '00000000-1111-2222-3333-444444444444', tenantId: '55555555-6666-7777-8888-999999999999', location: 'eastus',
    }),
    pool: { gpu: Gpu.NVIDIA_T4, compact: true }, pools: 98,
  },
} satisfies Readonly<Record<string, Place>>;

/** Every workspace reads the one before it, and the first one all others. */
function stackOf({ cloud, admins, pool, pools }: Place): Resources {
  const stack = new TerraformStack(Testing.app(), 'cloud');
  const cluster = new Cluster(stack, 'a-cluster-with-a-longish-name', { cloud, admins, tags: { team: 'ml', cost: 'research' } });
  new ArtifactBucket(stack, 'artifacts', { cluster });
  new ImageRegistry(stack, 'images', { cluster, registryName: cluster.platform.cloudName === 'gcp' ? 'ml' : undefined });
  for (let index = 0; index < pools; index += 1) new GpuNodePool(stack, `gpus-${index}`, { cluster, maxNodes: 4, ...pool });
  for (const namespace of WORKSPACES) cluster.addWorkspace(shortened(cluster, namespace), { reads: reads(cluster, namespace) });
  return (JSON.parse(Testing.synth(stack)) as { readonly resource: Resources }).resource;
}

function reads(cluster: Cluster, namespace: string): string[] {
  return (namespace === READER ? OTHERS : [READER]).map((each) => shortened(cluster, each));
}

/** Repositories of Google Cloud take 63 characters, with the registry's name before the workspace's. */
function shortened({ platform }: Cluster, namespace: string): string {
  return platform.cloudName === 'gcp' ? namespace.replace('-for-a-team-of-people', '') : namespace;
}

interface Bound {
  readonly what: string;
  readonly most: number;
  readonly source: string;
  /** The sizes of what is bound. */
  sizes(resources: Resources): number[];
}

function blocks(resources: Resources, type: string): Block[] {
  return Object.values(resources[type] ?? {});
}

function lengths(type: string, argument: string): Bound['sizes'] {
  return (resources) => blocks(resources, type).map((block) => String(block[argument]).length);
}

/** By what they have in common: how many there are, or what they come to. */
function sums(type: string, by: string, size: (block: Block) => number = () => 1): Bound['sizes'] {
  return (resources) => {
    const groups = new Map<unknown, number>();
    for (const block of blocks(resources, type)) groups.set(block[by], (groups.get(block[by]) ?? 0) + size(block));
    return [...groups.values()];
  };
}

const IAM = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html';
const AKS = 'https://learn.microsoft.com/azure/aks/quotas-skus-regions';
const AZURE_NAMES = 'https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules';
const GKE = 'https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters';

/** As of 2026-11. */
const BOUNDS: Readonly<Record<keyof typeof PLACES, readonly Bound[]>> = {
  gcp: [
    { what: 'name of a pool', most: 40, source: GKE, sizes: lengths('google_container_node_pool', 'name') },
    { what: 'id of a service account', most: 30, source: 'https://cloud.google.com/iam/docs/service-accounts-create', sizes: lengths('google_service_account', 'account_id') },
    { what: 'name of a bucket', most: 63, source: 'https://cloud.google.com/storage/docs/buckets#naming', sizes: lengths('google_storage_bucket', 'name') },
    {
      what: 'name of a repository', most: 63, source: 'https://cloud.google.com/artifact-registry/docs/repositories/create-repos',
      sizes: lengths('google_artifact_registry_repository', 'repository_id'),
    },
    {
      what: 'members of the policy of a folder', most: 1500, source: 'https://cloud.google.com/iam/quotas',
      sizes: sums('google_storage_managed_folder_iam_member', 'managed_folder'),
    },
  ],
  aws: [
    { what: 'name of a role', most: 64, source: IAM, sizes: lengths('aws_iam_role', 'name') },
    { what: 'trust policy', most: 2048, source: IAM, sizes: lengths('aws_iam_role', 'assume_role_policy') },
    { what: 'name of a policy', most: 128, source: IAM, sizes: lengths('aws_iam_role_policy', 'name') },
    { what: 'inline policies of a role', most: 10_240, source: IAM, sizes: sums('aws_iam_role_policy', 'role', ({ policy }) => String(policy).length) },
    { what: 'name of a managed policy', most: 128, source: IAM, sizes: lengths('aws_iam_policy', 'name') },
    { what: 'managed policy', most: 6144, source: IAM, sizes: lengths('aws_iam_policy', 'policy') },
    { what: 'managed policies of a role', most: 10, source: IAM, sizes: sums('aws_iam_role_policy_attachment', 'role') },
    { what: 'managed policies of the account', most: 1500, source: IAM, sizes: (resources) => [blocks(resources, 'aws_iam_policy').length] },
    {
      what: 'policy of a bucket', most: 20_480, source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html',
      sizes: lengths('aws_s3_bucket_policy', 'policy'),
    },
    {
      what: 'policy of a key', most: 32_768, source: 'https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html',
      sizes: lengths('aws_kms_key', 'policy'),
    },
    {
      what: 'prefix of the name of a node group', most: 37, source: 'https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/eks_node_group',
      sizes: lengths('aws_eks_node_group', 'node_group_name_prefix'),
    },
    {
      what: 'name of a launch template', most: 128, source: 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html',
      sizes: lengths('aws_launch_template', 'name'),
    },
    {
      what: 'name of a repository', most: 256, source: 'https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html',
      sizes: lengths('aws_ecr_repository', 'name'),
    },
    {
      what: 'Pod Identity associations', most: 5000, source: 'https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html',
      sizes: sums('aws_eks_pod_identity_association', 'cluster_name'),
    },
  ],
  azure: [
    { what: 'name of a pool', most: 12, source: AZURE_NAMES, sizes: lengths('azurerm_kubernetes_cluster_node_pool', 'name') },
    { what: 'pools beside the system pool', most: 99, source: AKS, sizes: sums('azurerm_kubernetes_cluster_node_pool', 'kubernetes_cluster_id') },
    { what: 'name of an identity', most: 128, source: AZURE_NAMES, sizes: lengths('azurerm_user_assigned_identity', 'name') },
    { what: 'name of a credential', most: 120, source: AZURE_NAMES, sizes: lengths('azurerm_federated_identity_credential', 'name') },
    {
      what: 'credentials of an identity', most: 20, source: 'https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations',
      sizes: sums('azurerm_federated_identity_credential', 'user_assigned_identity_id'),
    },
    { what: 'name of a storage account', most: 24, source: AZURE_NAMES, sizes: lengths('azurerm_storage_account', 'name') },
    { what: 'name of a container', most: 63, source: AZURE_NAMES, sizes: lengths('azurerm_storage_container', 'name') },
    { what: 'name of a registry', most: 50, source: AZURE_NAMES, sizes: lengths('azurerm_container_registry', 'name') },
    { what: 'name of a placement group', most: 80, source: AZURE_NAMES, sizes: lengths('azurerm_proximity_placement_group', 'name') },
    {
      what: 'role assignments of the subscription', most: 4000, source: 'https://learn.microsoft.com/azure/role-based-access-control/troubleshoot-limits',
      sizes: (resources) => [blocks(resources, 'azurerm_role_assignment').length],
    },
  ],
};

interface Named {
  readonly type: string;
  readonly argument: string;
  readonly name: string;
  /** `undefined` where the table has none, which is as wrong as a name that breaks it. */
  readonly rule: RegExp | undefined;
}

/** All that is a name, but for what Terraform gets from elsewhere. */
function namesIn(resources: Resources): Named[] {
  const all = Object.entries(resources).flatMap(([type, ofType]) => Object.values(ofType).map((block) => ({ type, block })));
  return all.flatMap(({ type, block }) => NAME_ARGUMENTS.flatMap((argument) => {
    const name = block[argument];
    const isOwn = argument !== 'bucket' || type === 'aws_s3_bucket';
    if (typeof name !== 'string' || name.includes('${') || !isOwn) return [];
    return [{ type, argument, name, rule: NAME_RULES.find((row) => row[0] === type && row[1] === argument)?.[2] }];
  }));
}

/** What is found by its name alone. */
const NAMED = [
  'aws_ecr_repository', 'aws_iam_policy', 'aws_iam_role', 'aws_launch_template', 'azurerm_kubernetes_cluster_node_pool', 'azurerm_proximity_placement_group',
  'azurerm_storage_container', 'azurerm_user_assigned_identity', 'google_artifact_registry_repository', 'google_container_node_pool',
];

describe.each(Object.keys(PLACES) as (keyof typeof PLACES)[])('300 workspaces and 100 pools on %s', (cloud) => {
  const resources = stackOf(PLACES[cloud]);

  test.each(BOUNDS[cloud])('$what: $most at most', ({ most, sizes }) => {
    const found = sizes(resources);
    expect(found.length).toBeGreaterThan(0);
    expect(Math.max(...found)).toBeLessThanOrEqual(most);
  });

  test('every name is one that the cloud takes', () => {
    const named = namesIn(resources);
    expect(named.length).toBeGreaterThan(300);
    expect(named.filter(({ rule, name }) => !rule?.test(name)).map(({ type, argument, name }) => `${type}.${argument}: ${name}`)).toEqual([]);
  });

  test('no two things of a kind have one name', () => {
    for (const type of NAMED) {
      const names = blocks(resources, type).map(({ name, repository_id: id }) => name ?? id);
      expect({ type, twice: names.length - new Set(names).size }).toEqual({ type, twice: 0 });
    }
  });
});
