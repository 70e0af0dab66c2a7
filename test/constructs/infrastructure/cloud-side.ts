/** What the cloud side says, in one form for all clouds: nodes, rights on the bucket, and rights to push. */
import type { CloudName, Config, SynthesizedStack } from './clouds';
import { resourcesOf } from './clouds';

export interface Nodes {
  readonly pool: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly { readonly key: string; readonly value: string }[];
}

export interface Right {
  /** Namespace and name of the ServiceAccount. */
  readonly account: string;
  readonly access: 'read' | 'write' | 'push';
  /** Bucket and folder, or the repository. */
  readonly on: string;
}

interface CloudSide {
  readonly csiDrivers: (stack: SynthesizedStack) => string[];
  readonly nodes: (stack: SynthesizedStack) => Nodes[];
  readonly rights: (stack: SynthesizedStack) => Right[];
}

/** The name of what is referred to, or else of what exists, which is named itself or at the end of an id. */
function nameOf(stack: SynthesizedStack, reference: unknown): string {
  return text(referred(stack, reference).name ?? text(reference).split('/').at(-1));
}

/** What a reference such as `${google_storage_bucket.a.name}` refers to. */
function referred(stack: SynthesizedStack, reference: unknown): Config {
  const [, type = '', id = ''] = /^\$\{([^.]+)\.([^.]+)\./.exec(String(reference)) ?? [];
  return stack.resource[type]?.[id] ?? {};
}

function text(value: unknown): string {
  return String(value);
}

interface GcpNodeConfig {
  readonly labels: Record<string, string>;
  readonly spot?: boolean;
  readonly flex_start?: boolean;
  readonly taint?: { key: string; value: string }[];
  readonly guest_accelerator?: { type: string }[];
}

/** GKE labels nodes by their accelerator, spot and flex-start nodes, and taints queued ones. */
function gcpNodes(stack: SynthesizedStack): Nodes[] {
  return resourcesOf(stack, 'google_container_node_pool').map(({ name, node_config, queued_provisioning }) => {
    const { labels, spot, flex_start, taint = [], guest_accelerator: [accelerator] = [] } = node_config as GcpNodeConfig;
    return {
      pool: text(name),
      labels: {
        ...labels,
        ...(accelerator && { 'cloud.google.com/gke-accelerator': accelerator.type }),
        ...(spot && { 'cloud.google.com/gke-spot': 'true' }),
        ...(flex_start && { 'cloud.google.com/gke-flex-start': 'true' }),
      },
      taints: [...taint, ...queued_provisioning ? [{ key: 'cloud.google.com/gke-queued', value: 'true' }] : []],
    };
  });
}

function gcpRights(stack: SynthesizedStack): Right[] {
  const account = (member: unknown): string => /\/ns\/(.+)\/sa\/(.+)$/.exec(text(member))?.slice(1).join('/') ?? text(member);
  const folders = resourcesOf(stack, 'google_storage_managed_folder_iam_member').map(({ bucket, managed_folder, member, role }): Right => ({
    account: account(member),
    access: role === 'roles/storage.objectViewer' ? 'read' : 'write',
    on: `${nameOf(stack, bucket)}/${text(referred(stack, managed_folder).name).replace(/\/$/, '')}`,
  }));
  const repositories = resourcesOf(stack, 'google_artifact_registry_repository_iam_member')
    .filter(({ role }) => role === 'roles/artifactregistry.writer')
    .map(({ member, repository }): Right => ({
      account: account(member),
      access: 'push',
      on: `us-central1-docker.pkg.dev/acme/${text(referred(stack, repository).repository_id)}`,
    }));
  return [...folders, ...repositories];
}

interface AwsGroup {
  readonly labels?: Record<string, string>;
  readonly capacity_type?: string;
  readonly taint?: { key: string; value: string }[];
}

function awsNodes(stack: SynthesizedStack): Nodes[] {
  return resourcesOf(stack, 'aws_eks_node_group').map((group) => {
    const { labels, capacity_type = '', taint = [] } = group as AwsGroup;
    return { pool: text(group.node_group_name_prefix), labels: { ...labels, 'eks.amazonaws.com/capacityType': capacity_type }, taints: taint };
  });
}

interface Statement {
  readonly Action: string | string[];
  readonly Resource: string | string[];
}

function awsRights(stack: SynthesizedStack): Right[] {
  const roleOf = (account: Config): Config => referred(stack, account.role_arn ?? account.role);
  const associations = resourcesOf(stack, 'aws_eks_pod_identity_association');
  return resourcesOf(stack, 'aws_iam_role_policy').flatMap((policy) => {
    const association = associations.find((candidate) => roleOf(candidate) === roleOf(policy));
    if (!association || association.namespace === 'kube-system') return [];
    const { Statement: statements } = JSON.parse(text(policy.policy)) as { Statement: Statement[] };
    return statements.flatMap(({ Action, Resource }) => {
      const access = awsAccess([Action].flat());
      const on = text([Resource].flat()[0]).replace(/^arn:aws:s3:::/, '').replace(/\/\*$/, '')
        .replace(/^arn:aws:ecr:([^:]+):(\d+):repository\//, '$2.dkr.ecr.$1.amazonaws.com/');
      return access ? [{ account: `${text(association.namespace)}/${text(association.service_account)}`, access, on }] : [];
    });
  });
}

/** Listing and logging in are part of what else is allowed. */
function awsAccess(actions: readonly string[]): Right['access'] | undefined {
  if (actions.includes('s3:PutObject')) return 'write';
  if (actions.includes('s3:GetObject')) return 'read';
  return actions.includes('ecr:PutImage') ? 'push' : undefined;
}

function azureNodes(stack: SynthesizedStack): Nodes[] {
  return resourcesOf(stack, 'azurerm_kubernetes_cluster_node_pool').map(({ name, node_labels, node_taints }) => ({
    pool: text(name),
    labels: (node_labels ?? {}) as Record<string, string>,
    taints: ((node_taints ?? []) as string[]).map((taint) => {
      const [key = '', value = ''] = taint.replace(/:NoSchedule$/, '').split('=');
      return { key, value };
    }),
  }));
}

const AZURE_ACCESS: Readonly<Record<string, Right['access']>> = {
  'Storage Blob Data Reader': 'read',
  'Storage Blob Data Contributor': 'write',
  'Container Registry Repository Writer': 'push',
};

function azureRights(stack: SynthesizedStack): Right[] {
  const credentials = resourcesOf(stack, 'azurerm_federated_identity_credential');
  return resourcesOf(stack, 'azurerm_role_assignment').flatMap((assignment) => {
    const identity = referred(stack, assignment.principal_id);
    const credential = credentials.find(({ user_assigned_identity_id: id }) => referred(stack, id) === identity);
    const access = AZURE_ACCESS[text(assignment.role_definition_name)];
    if (!credential || !access) return [];
    const account = text(credential.subject).replace('system:serviceaccount:', '').replace(':', '/');
    return [{ account, access, on: azureTarget(stack, assignment) }];
  });
}

function azureTarget(stack: SynthesizedStack, { scope, condition }: Config): string {
  const target = referred(stack, scope);
  const repository = /StringEqualsIgnoreCase '([^']+)'/.exec(text(condition))?.[1];
  if (repository !== undefined) return `${text(target.name)}.azurecr.io/${repository}`;
  return `${nameOf(stack, target.storage_account_id)}/${text(target.name)}`;
}

export const CLOUD_SIDE: Readonly<Record<CloudName, CloudSide>> = {
  gcp: {
    nodes: gcpNodes,
    rights: gcpRights,
    csiDrivers: (stack) => resourcesOf(stack, 'google_container_cluster').flatMap(({ addons_config }) => {
      const { gcs_fuse_csi_driver_config: { enabled } } = addons_config as { gcs_fuse_csi_driver_config: { enabled: boolean } };
      return enabled ? ['gcsfuse.csi.storage.gke.io'] : [];
    }),
  },
  aws: {
    nodes: awsNodes,
    rights: awsRights,
    csiDrivers: (stack) => resourcesOf(stack, 'aws_eks_addon')
      .flatMap(({ addon_name }) => (addon_name === 'aws-mountpoint-s3-csi-driver' ? ['s3.csi.aws.com'] : [])),
  },
  azure: {
    nodes: azureNodes,
    rights: azureRights,
    csiDrivers: (stack) => resourcesOf(stack, 'azurerm_kubernetes_cluster').flatMap(({ storage_profile }) => {
      const { blob_driver_enabled: isEnabled } = storage_profile as { blob_driver_enabled: boolean };
      return isEnabled ? ['blob.csi.azure.com'] : [];
    }),
  },
};
