/** What is right of each type of resource on Azure. */
import { all, atLeast, beside, has, hasNo, is, only, openness, PREVENT_DESTROY, RIGHT, WIRING, withKey } from './judge';
import type { Judge, Rules } from './judge';
import { valuesAt } from './stacks';
import type { Resource } from './stacks';

const NO_DATA = 'holds no data';
const MADE_AGAIN = 'has nothing in it that would be lost';
const BY_ROLES = 'nobody without rights reaches it, which the table of rights has';

const isPrivateEndpointSubnet = ({ block }: Resource): boolean => block.name === 'private-endpoints';

const noRuleFromOutside: Judge = ({ block }) => (
  JSON.stringify(block.security_rule ?? []).includes('"Inbound"') ? 'it lets something in' : undefined
);

/** The networks that are allowed, and the cluster's own way out, by which its nodes come. */
const onlyFrom = (networks: readonly string[]): Judge => (resource) => {
  const ranges = valuesAt(resource.block, 'api_server_access_profile.authorized_ip_ranges');
  const isAllowed = (range: unknown): boolean => networks.includes(String(range)) || resource.stack.find(range)?.type === 'azurerm_public_ip';
  return ranges.length > 0 && ranges.every(isAllowed) ? undefined : `it is open to ${JSON.stringify(ranges)}`;
};

export const AZURE_RULES: Rules = {
  azurerm_container_registry: {
    encrypted: 'with Azure\'s key: images can be built again (decision 0015)',
    private: all(
      is('admin_enabled', false), is('anonymous_pull_enabled', false), is('public_network_access_enabled', false),
      beside('azurerm_private_endpoint'), is('role_assignment_mode', 'AbacRepositoryPermissions'),
    ),
    protected: PREVENT_DESTROY,
  },
  azurerm_container_registry_cache_rule: WIRING,
  azurerm_federated_identity_credential: RIGHT,
  azurerm_kubernetes_cluster: {
    encrypted: withKey('clusterKey', 'disk_encryption_set_id', () => undefined),
    private: all(
      openness(
        all(is('private_cluster_enabled', true), is('private_cluster_public_fqdn_enabled', false)),
        onlyFrom,
      ),
      is('local_account_disabled', true), is('azure_active_directory_role_based_access_control.azure_rbac_enabled', true),
      is('role_based_access_control_enabled', true), is('run_command_enabled', false), is('workload_identity_enabled', true),
      is('network_profile.network_policy', 'cilium'), hasNo('default_node_pool.node_public_ip_enabled'), has('oms_agent.log_analytics_workspace_id'),
      beside('azurerm_monitor_diagnostic_setting'),
    ),
    protected: PREVENT_DESTROY,
  },
  azurerm_kubernetes_cluster_node_pool: { encrypted: 'by its cluster', private: is('node_public_ip_enabled', false), protected: MADE_AGAIN },
  azurerm_log_analytics_workspace: { encrypted: 'with Azure\'s key', private: is('local_authentication_enabled', false), protected: atLeast('retention_in_days', 30) },
  azurerm_monitor_data_collection_rule: WIRING,
  azurerm_monitor_data_collection_rule_association: WIRING,
  azurerm_monitor_diagnostic_setting: WIRING,
  azurerm_nat_gateway: WIRING,
  azurerm_nat_gateway_public_ip_association: WIRING,
  azurerm_network_security_group: { encrypted: NO_DATA, private: noRuleFromOutside, protected: MADE_AGAIN },
  azurerm_private_dns_zone: WIRING,
  azurerm_private_dns_zone_virtual_network_link: WIRING,
  azurerm_private_endpoint: { encrypted: NO_DATA, private: all(has('subnet_id'), has('private_dns_zone_group.private_dns_zone_ids')), protected: MADE_AGAIN },
  azurerm_proximity_placement_group: WIRING,
  azurerm_public_ip: { encrypted: NO_DATA, private: beside('azurerm_nat_gateway_public_ip_association'), protected: MADE_AGAIN },
  azurerm_resource_group: { encrypted: NO_DATA, private: BY_ROLES, protected: PREVENT_DESTROY },
  azurerm_role_assignment: RIGHT,
  azurerm_storage_account: {
    encrypted: all(
      is('infrastructure_encryption_enabled', true), is('https_traffic_only_enabled', true), is('min_tls_version', 'TLS1_2'),
      withKey('bucketKey', 'customer_managed_key.key_vault_key_id', hasNo('customer_managed_key')),
    ),
    private: all(
      is('public_network_access_enabled', false), is('network_rules.default_action', 'Deny'), is('allow_nested_items_to_be_public', false),
      is('shared_access_key_enabled', false), is('local_user_enabled', false), is('cross_tenant_replication_enabled', false),
      beside('azurerm_private_endpoint'), beside('azurerm_monitor_diagnostic_setting'),
    ),
    protected: all(
      PREVENT_DESTROY, is('blob_properties.versioning_enabled', true), atLeast('blob_properties.delete_retention_policy.days', 7),
      atLeast('blob_properties.container_delete_retention_policy.days', 7),
    ),
  },
  azurerm_storage_container: { encrypted: 'by its account', private: is('container_access_type', 'private'), protected: PREVENT_DESTROY },
  azurerm_storage_management_policy: WIRING,
  azurerm_subnet: {
    encrypted: NO_DATA,
    private: all(
      is('default_outbound_access_enabled', false), beside('azurerm_subnet_network_security_group_association'),
      only((resource) => !isPrivateEndpointSubnet(resource), beside('azurerm_subnet_nat_gateway_association')),
    ),
    protected: MADE_AGAIN,
  },
  azurerm_subnet_nat_gateway_association: WIRING,
  azurerm_subnet_network_security_group_association: WIRING,
  azurerm_user_assigned_identity: RIGHT,
  azurerm_virtual_network: { encrypted: NO_DATA, private: 'its subnets are judged', protected: MADE_AGAIN },
};
