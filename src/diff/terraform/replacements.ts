/**
 * Which arguments of a cloud resource another value of which replaces it, and which replace the nodes of a pool and keep the pool.
 *
 * Source: `ForceNew` and `CustomizeDiff` in the schemas of the providers, google 6.50 to 7, aws 6, azurerm 4, November 2026, for the
 * resources and arguments that this library writes. What a prop comes to on each cloud is in the tables "What replaces what" of
 * docs/google-cloud.md, docs/aws.md and docs/azure.md, and tests hold these rows to them.
 */

/** Arguments by their paths, without the indexes of blocks; all that is below one counts too. */
export const REPLACED_BY: Readonly<Record<string, string>> = {
  aws_autoscaling_group_tag: 'autoscaling_group_name tag.key',
  aws_cloudwatch_log_group: 'name',
  aws_default_security_group: 'vpc_id',
  aws_ecr_lifecycle_policy: 'policy repository',
  aws_ecr_pull_through_cache_rule: 'ecr_repository_prefix upstream_registry_url upstream_repository_prefix',
  aws_ecr_repository: 'name encryption_configuration',
  aws_ecr_repository_creation_template: 'prefix',
  aws_eip: 'domain',
  aws_eks_access_entry: 'cluster_name principal_arn type',
  aws_eks_access_policy_association: 'cluster_name policy_arn principal_arn access_scope',
  aws_eks_addon: 'cluster_name addon_name',
  aws_eks_cluster: 'name role_arn bootstrap_self_managed_addons access_config.bootstrap_cluster_creator_admin_permissions kubernetes_network_config.ip_family kubernetes_network_config.service_ipv4_cidr',
  aws_eks_node_group: 'ami_type capacity_type cluster_name disk_size instance_types launch_template.id launch_template.name node_group_name node_group_name_prefix node_role_arn remote_access subnet_ids',
  aws_eks_pod_identity_association: 'cluster_name namespace service_account',
  aws_flow_log: 'iam_role_arn log_destination max_aggregation_interval traffic_type vpc_id',
  aws_iam_role: 'name',
  aws_iam_role_policy: 'name role',
  aws_iam_role_policy_attachment: 'policy_arn role',
  aws_internet_gateway: '',
  aws_kms_grant: 'grantee_principal key_id name operations',
  aws_kms_key: '',
  aws_launch_template: 'name name_prefix',
  aws_nat_gateway: 'subnet_id allocation_id',
  aws_placement_group: 'name strategy',
  aws_route: 'route_table_id destination_cidr_block',
  aws_route_table: 'vpc_id',
  aws_route_table_association: 'subnet_id',
  aws_s3_bucket: 'bucket bucket_prefix object_lock_enabled',
  aws_s3_bucket_lifecycle_configuration: 'bucket',
  aws_s3_bucket_ownership_controls: 'bucket',
  aws_s3_bucket_policy: 'bucket',
  aws_s3_bucket_public_access_block: 'bucket',
  aws_s3_bucket_server_side_encryption_configuration: 'bucket',
  aws_s3_bucket_versioning: 'bucket',
  aws_subnet: 'availability_zone cidr_block vpc_id',
  aws_vpc: 'cidr_block',
  aws_vpc_endpoint: 'service_name vpc_endpoint_type vpc_id',
  azurerm_container_registry: 'name location resource_group_name zone_redundancy_enabled',
  azurerm_container_registry_cache_rule: 'name container_registry_id source_repo target_repo',
  azurerm_federated_identity_credential: 'name parent_id user_assigned_identity_id resource_group_name',
  azurerm_kubernetes_cluster: 'name location resource_group_name dns_prefix node_resource_group private_cluster_enabled private_dns_zone_id default_node_pool.name default_node_pool.capacity_reservation_group_id network_profile.network_mode network_profile.dns_service_ip network_profile.service_cidr network_profile.service_cidrs network_profile.load_balancer_sku',
  azurerm_kubernetes_cluster_node_pool: 'name kubernetes_cluster_id capacity_reservation_group_id eviction_policy gpu_instance gpu_driver os_type priority proximity_placement_group_id spot_max_price node_public_ip_prefix_id',
  azurerm_log_analytics_workspace: 'name location resource_group_name',
  azurerm_monitor_data_collection_rule: 'name location resource_group_name kind',
  azurerm_monitor_data_collection_rule_association: 'name target_resource_id',
  azurerm_monitor_diagnostic_setting: 'name target_resource_id',
  azurerm_nat_gateway: 'name location resource_group_name sku_name zones',
  azurerm_nat_gateway_public_ip_association: 'nat_gateway_id public_ip_address_id',
  azurerm_network_security_group: 'name location resource_group_name',
  azurerm_private_dns_zone: 'name resource_group_name',
  azurerm_private_dns_zone_virtual_network_link: 'name private_dns_zone_name resource_group_name virtual_network_id',
  azurerm_private_endpoint: 'name location resource_group_name subnet_id private_service_connection',
  azurerm_proximity_placement_group: 'name location resource_group_name zone',
  azurerm_public_ip: 'name location resource_group_name sku zones',
  azurerm_resource_group: 'name location',
  azurerm_role_assignment: 'condition condition_version principal_id principal_type role_definition_id role_definition_name scope skip_service_principal_aad_check',
  azurerm_storage_account: 'name location resource_group_name account_tier infrastructure_encryption_enabled',
  azurerm_storage_container: 'name storage_account_id storage_account_name',
  azurerm_storage_management_policy: 'storage_account_id',
  azurerm_subnet: 'name resource_group_name virtual_network_name',
  azurerm_subnet_nat_gateway_association: 'nat_gateway_id subnet_id',
  azurerm_subnet_network_security_group_association: 'network_security_group_id subnet_id',
  azurerm_user_assigned_identity: 'name location resource_group_name',
  azurerm_virtual_network: 'name location resource_group_name',
  google_artifact_registry_repository: 'format kms_key_name location mode repository_id remote_repository_config',
  google_artifact_registry_repository_iam_member: 'location member repository role',
  google_compute_network: 'auto_create_subnetworks mtu name',
  google_compute_router: 'name network region',
  google_compute_router_nat: 'name region router',
  google_compute_subnetwork: 'name network region',
  google_container_cluster: 'name location network subnetwork datapath_provider initial_node_count ip_allocation_policy networking_mode node_config private_cluster_config.master_ipv4_cidr_block',
  google_container_node_pool: 'cluster initial_node_count location name placement_policy queued_provisioning node_config.advanced_machine_features node_config.boot_disk_kms_key node_config.ephemeral_storage_local_ssd_config node_config.flex_start node_config.gcfs_config node_config.guest_accelerator node_config.gvnic node_config.local_nvme_ssd_block_config node_config.max_run_duration node_config.oauth_scopes node_config.reservation_affinity node_config.service_account node_config.shielded_instance_config node_config.spot',
  google_kms_crypto_key: 'key_ring name',
  google_kms_crypto_key_iam_member: 'crypto_key_id member role',
  google_kms_key_ring: 'location name',
  google_project_iam_member: 'member project role',
  google_project_service: 'service project',
  google_service_account: 'account_id',
  google_storage_bucket: 'name location',
  google_storage_bucket_iam_member: 'bucket member role condition',
  google_storage_managed_folder: 'bucket name',
  google_storage_managed_folder_iam_member: 'bucket managed_folder member role',
};

/** What comes of another value of one of these arguments, of a resource that stays. */
interface Consequence {
  readonly arguments: string;
  readonly words: string;
}

const ONE_BY_ONE = 'its nodes are replaced one after the other';
const ROTATED = 'its nodes are rotated: what runs on them is cut off, and there must be quota for both sets';

/** What becomes of the nodes of a pool. */
export const NODES_REPLACED_BY: Readonly<Record<string, Consequence>> = {
  aws_eks_node_group: { arguments: 'launch_template version release_version', words: ONE_BY_ONE },
  azurerm_kubernetes_cluster: {
    arguments: 'default_node_pool.vm_size default_node_pool.zones default_node_pool.os_disk_size_gb default_node_pool.os_disk_type default_node_pool.max_pods default_node_pool.os_sku default_node_pool.node_public_ip_enabled default_node_pool.only_critical_addons_enabled default_node_pool.vnet_subnet_id',
    words: ROTATED,
  },
  azurerm_kubernetes_cluster_node_pool: {
    arguments: 'vm_size zones os_disk_size_gb os_disk_type kubelet_disk_type max_pods node_public_ip_enabled vnet_subnet_id snapshot_id', words: ROTATED,
  },
  google_container_node_pool: {
    arguments: 'node_config.machine_type node_config.disk_size_gb node_config.disk_type node_config.image_type version', words: ONE_BY_ONE,
  },
};

/**
 * Arguments that Terraform plans to change in place, and that the cloud keeps as they are: the provider asks for nothing.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html
 */
export const KEPT: Readonly<Record<string, Consequence>> = {
  aws_eks_cluster: { arguments: 'encryption_config', words: 'EKS keeps the key of its Secrets, whatever is planned: only another cluster has another key' },
};

/** Attributes that another value of any argument changes, though the resource stays. */
export const CHANGED_WITH: Readonly<Record<string, readonly string[]>> = { aws_launch_template: ['latest_version'] };

/** Where a provider's resources are: another value, and all of them are others. */
export const PLACES: Readonly<Record<string, readonly string[]>> = {
  aws: ['region', 'allowed_account_ids'], azurerm: ['subscription_id'], google: ['project', 'region'],
};

/**
 * Whether a resource is in another place where an argument of the provider that says so has another value. The region is that of those
 * resources alone that are in one, and do not name it themselves.
 */
export function isElsewhere(type: string, given: Readonly<Record<string, unknown>>, field: string): boolean {
  if (field !== 'provider.region') return true;
  if ('region' in given || 'location' in given) return false;
  return type.startsWith('aws_') ? !type.startsWith('aws_iam_') : isAmong('region', REPLACED_BY[type]) || isAmong('location', REPLACED_BY[type]);
}

/** Pools, whose replacement ends what runs on their nodes. */
export const POOLS: readonly string[] = ['aws_eks_node_group', 'azurerm_kubernetes_cluster_node_pool', 'google_container_node_pool'];

/** What is lost with resources that hold something. */
export const HOLDS: Readonly<Record<string, string>> = {
  aws_ecr_repository: 'its images', aws_s3_bucket: 'its objects',
  azurerm_container_registry: 'its images', azurerm_resource_group: 'all that is in it',
  azurerm_storage_account: 'its objects', azurerm_storage_container: 'its objects',
  google_artifact_registry_repository: 'its images', google_storage_bucket: 'its objects',
  aws_eks_cluster: 'all that runs on it', azurerm_kubernetes_cluster: 'all that runs on it', google_container_cluster: 'all that runs on it',
};

/** Whether an argument is one of a list of paths, or below one, or has one below it. */
export function isAmong(field: string, paths = ''): boolean {
  const plain = withoutIndexes(field);
  return paths.split(' ').some((path) => path !== '' && (isBelow(field, path) || path.startsWith(`${plain}.`)));
}

/** Whether an argument is that of a path, or below it. */
export function isBelow(field: string, path: string): boolean {
  const plain = withoutIndexes(field);
  return plain === path || plain.startsWith(`${path}.`);
}

function withoutIndexes(field: string): string {
  return field.replace(/\[[^\]]*\]/g, '');
}
