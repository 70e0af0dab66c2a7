/** What is right of each type of resource on Google Cloud. */
import { all, atLeast, has, hasNo, is, nothingToJudge, only, openness, PREVENT_DESTROY, protection, RIGHT, WIRING, withKey } from './judge';
import type { Judge, Rules } from './judge';
import type { Resource } from './stacks';

const NO_DATA = 'holds no data';
const MADE_AGAIN = 'has nothing in it that would be lost';

const isOwn = ({ block }: Resource): boolean => block.mode === undefined || block.mode === 'STANDARD_REPOSITORY';

/** What nodes are, of pools and of the pool that a cluster is made with. */
const safeNodes: Judge = all(
  is('node_config.shielded_instance_config.enable_secure_boot', true), is('node_config.shielded_instance_config.enable_integrity_monitoring', true),
  is('node_config.workload_metadata_config.mode', 'GKE_METADATA'), is('node_config.metadata.disable-legacy-endpoints', 'true'), has('node_config.service_account'),
);

export const GOOGLE_RULES: Rules = {
  google_artifact_registry_repository: {
    encrypted: 'with Google\'s key: images can be built again (decision 0015)',
    private: only(isOwn, is('docker_config.immutable_tags', true)),
    protected: only(isOwn, PREVENT_DESTROY),
  },
  google_artifact_registry_repository_iam_member: RIGHT,
  google_compute_network: { encrypted: NO_DATA, private: is('auto_create_subnetworks', false), protected: MADE_AGAIN },
  google_compute_router: WIRING,
  google_compute_router_nat: { encrypted: NO_DATA, private: is('log_config.enable', true), protected: MADE_AGAIN },
  google_compute_subnetwork: {
    encrypted: NO_DATA, private: all(is('private_ip_google_access', true), has('log_config.flow_sampling')), protected: MADE_AGAIN,
  },
  google_container_cluster: {
    encrypted: all(is('database_encryption.state', 'ENCRYPTED'), withKey('clusterKey', 'database_encryption.key_name', has('database_encryption.key_name'))),
    private: all(
      is('private_cluster_config.enable_private_nodes', true),
      openness(
        all(is('private_cluster_config.enable_private_endpoint', true), is('master_authorized_networks_config.cidr_blocks', [])),
        (networks) => is('master_authorized_networks_config.cidr_blocks.cidr_block', networks),
      ),
      is('master_authorized_networks_config.gcp_public_cidrs_access_enabled', false),
      is('master_auth.client_certificate_config.issue_client_certificate', false), hasNo('enable_legacy_abac'),
      has('workload_identity_config.workload_pool'), is('enable_shielded_nodes', true), is('datapath_provider', 'ADVANCED_DATAPATH'),
      is('node_pool_defaults.node_config_defaults.insecure_kubelet_readonly_port_enabled', 'FALSE'), has('logging_config.enable_components'), safeNodes,
    ),
    protected: protection(is('deletion_protection', true)),
  },
  google_container_node_pool: {
    encrypted: withKey('clusterKey', 'node_config.boot_disk_kms_key', () => undefined),
    private: all(safeNodes, is('management.auto_upgrade', true)),
    protected: MADE_AGAIN,
  },
  google_kms_crypto_key: { encrypted: has('rotation_period'), private: 'its rights are in the table of rights', protected: PREVENT_DESTROY },
  google_kms_crypto_key_iam_member: RIGHT,
  google_kms_key_ring: nothingToJudge('cannot be deleted, and holds keys alone'),
  google_project_iam_member: RIGHT,
  google_project_service: { encrypted: NO_DATA, private: 'opens nothing', protected: is('disable_on_destroy', false) },
  google_service_account: RIGHT,
  google_storage_bucket: {
    encrypted: withKey('bucketKey', 'encryption.default_kms_key_name', hasNo('encryption')),
    private: all(is('public_access_prevention', 'enforced'), is('uniform_bucket_level_access', true)),
    protected: all(PREVENT_DESTROY, is('force_destroy', false), is('versioning.enabled', true), atLeast('soft_delete_policy.retention_duration_seconds', 604_800)),
  },
  google_storage_bucket_iam_member: RIGHT,
  google_storage_managed_folder: nothingToJudge('a place for rights: its objects stay when it goes'),
  google_storage_managed_folder_iam_member: RIGHT,
};
