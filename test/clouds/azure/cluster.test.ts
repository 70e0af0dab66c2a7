import { AzurermProvider } from '@cdktf/provider-azurerm/lib/provider';
import { App, TerraformStack, Testing } from 'cdktf';
import { cloudInfrastructure } from '../../../src/clouds/azure/terraform';
import { Azure, LOCATION, only, synth } from './stack';

const ADMIN = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';

describe('the provider', () => {
  test('takes a range of versions, below the next major one', () => {
    const { terraform } = new Azure().synth();
    expect(terraform.required_providers?.azurerm?.version).toBe('>= 4.81.0, < 5.0.0');
  });

  test('uses the directory for storage, keeps groups with resources, and never asks a closed account', () => {
    expect(new Azure().synth().provider.azurerm).toEqual([expect.objectContaining({
      subscription_id: LOCATION.subscriptionId,
      tenant_id: LOCATION.tenantId,
      storage_use_azuread: true,
      resource_provider_registrations: 'none',
      resource_providers_to_register: [
        'Microsoft.Compute', 'Microsoft.ContainerRegistry', 'Microsoft.ContainerService', 'Microsoft.Insights', 'Microsoft.KeyVault',
        'Microsoft.ManagedIdentity', 'Microsoft.Network', 'Microsoft.OperationalInsights', 'Microsoft.OperationsManagement',
        'Microsoft.PolicyInsights', 'Microsoft.Storage',
      ],
      features: [{ resource_group: [{ prevent_deletion_if_contains_resources: true }], storage: [{ data_plane_available: false }] }],
    })]);
  });

  test('is left as it is where the stack has one', () => {
    const stack = new TerraformStack(new App(), 'own');
    new AzurermProvider(stack, 'own', { features: [{}], subscriptionId: 'mine' });
    cloudInfrastructure(LOCATION).prepare(stack);
    expect(synth(stack).provider.azurerm).toEqual([expect.objectContaining({ subscription_id: 'mine' })]);
  });
});

test('every service whose resources a whole stack has is registered', () => {
  const { resources, provider: { azurerm: [provider = {}] = [] } } = full().synth();
  const registered = provider.resource_providers_to_register as string[];
  const unknown = Object.keys(resources).filter((type) => !registered.includes(`Microsoft.${SERVICE_OF[type] ?? '?'}`));
  expect(unknown).toEqual(['resource_group', 'role_assignment']); // of the resource manager itself
});

const SERVICE_OF: Readonly<Record<string, string>> = {
  container_registry: 'ContainerRegistry', container_registry_cache_rule: 'ContainerRegistry', kubernetes_cluster: 'ContainerService',
  kubernetes_cluster_node_pool: 'ContainerService', federated_identity_credential: 'ManagedIdentity', user_assigned_identity: 'ManagedIdentity',
  log_analytics_workspace: 'OperationalInsights', monitor_data_collection_rule: 'Insights', monitor_data_collection_rule_association: 'Insights',
  monitor_diagnostic_setting: 'Insights', nat_gateway: 'Network', nat_gateway_public_ip_association: 'Network', network_security_group: 'Network',
  private_dns_zone: 'Network', private_dns_zone_virtual_network_link: 'Network', private_endpoint: 'Network', proximity_placement_group: 'Compute',
  public_ip: 'Network', storage_account: 'Storage', storage_container: 'Storage', storage_management_policy: 'Storage', subnet: 'Network',
  subnet_nat_gateway_association: 'Network', subnet_network_security_group_association: 'Network', virtual_network: 'Network',
};

describe('a cluster', () => {
  test('passes the validations of cdktf, looks nothing up, and is the same in every synth', () => {
    const azure = full();
    const { text, data } = azure.synth();
    expect(Testing.fullSynth(azure.stack)).toBeDefined();
    expect(data).toBeUndefined();
    expect(full().synth().text).toBe(text);
    expect(azure.synth().text).toBe(text);
  });

  test('has a private control plane', () => {
    const cluster = only(new Azure().synth(), 'kubernetes_cluster');
    expect(cluster).toMatchObject({ private_cluster_enabled: true, private_dns_zone_id: 'System', private_cluster_public_fqdn_enabled: false });
    expect(cluster).not.toHaveProperty('api_server_access_profile');
  });

  test('may be reached from the networks that are named, and from its own nodes', () => {
    const cluster = only(new Azure({ allowedCidrs: ['203.0.113.0/24'] }).synth(), 'kubernetes_cluster');
    expect(cluster).not.toHaveProperty('private_cluster_enabled');
    expect(cluster.api_server_access_profile).toEqual({
      authorized_ip_ranges: ['203.0.113.0/24', expect.stringMatching(/^\$\{azurerm_public_ip\..*\.ip_address\}\/32$/)],
    });
  });

  test('knows users of the directory only, of whom the admins are administrators', () => {
    expect(only(new Azure({ admins: [ADMIN] }).synth(), 'kubernetes_cluster')).toMatchObject({
      local_account_disabled: true,
      azure_active_directory_role_based_access_control: {
        azure_rbac_enabled: true, tenant_id: LOCATION.tenantId, admin_group_object_ids: [ADMIN],
      },
      run_command_enabled: false,
    });
  });

  test('has workload identity, the drivers for disks and blobs, policies and patches', () => {
    expect(only(new Azure({ kubernetesVersion: '1.33' }).synth(), 'kubernetes_cluster')).toMatchObject({
      kubernetes_version: '1.33',
      sku_tier: 'Standard',
      oidc_issuer_enabled: true,
      workload_identity_enabled: true,
      storage_profile: { blob_driver_enabled: true, disk_driver_enabled: true },
      azure_policy_enabled: true,
      image_cleaner_enabled: true,
      automatic_upgrade_channel: 'patch',
    });
  });

  test('has nodes of its version in every pool', () => {
    const azure = new Azure({ kubernetesVersion: '1.33' });
    azure.gpuPool();
    const json = azure.synth();
    expect(only(json, 'kubernetes_cluster').default_node_pool).toMatchObject({ orchestrator_version: '1.33' });
    expect(Object.values(json.resources.kubernetes_cluster_node_pool ?? {}).map(({ orchestrator_version: version }) => version)).toEqual(['1.33', '1.33']);
  });

  test('has nodes without public addresses, whose traffic leaves through NAT, and enforced network policies', () => {
    const json = new Azure().synth();
    expect(only(json, 'kubernetes_cluster').network_profile).toMatchObject({
      network_plugin_mode: 'overlay', network_policy: 'cilium', network_data_plane: 'cilium', outbound_type: 'userAssignedNATGateway',
    });
    expect(only(json, 'subnet', 'ml/NodeSubnet')).toMatchObject({ address_prefixes: ['10.0.0.0/17'], default_outbound_access_enabled: false });
    expect(only(json, 'subnet', 'ml/PrivateEndpointSubnet')).toMatchObject({
      address_prefixes: ['10.0.128.0/24'], private_endpoint_network_policies: 'NetworkSecurityGroupEnabled',
    });
    expect(Object.keys(json.resources.subnet_network_security_group_association ?? {})).toHaveLength(2);
    expect(only(json, 'subnet_nat_gateway_association').subnet_id).toMatch(/NodeSubnet/);
  });

  test('has a system pool for its own pods, and a general one for all that needs no GPU', () => {
    const json = new Azure().synth();
    expect(only(json, 'kubernetes_cluster').default_node_pool).toMatchObject({
      name: 'system', vm_size: 'Standard_D4ds_v5', min_count: 2, max_count: 5, only_critical_addons_enabled: true,
      temporary_name_for_rotation: 'systemtmp', zones: ['1', '2', '3'],
    });
    expect(only(json, 'kubernetes_cluster_node_pool')).toMatchObject({ name: 'general', min_count: 0, max_count: 5, node_taints: [] });
  });

  test('logs what is done to the control plane and what containers say, without a key', () => {
    const json = new Azure().synth();
    expect(only(json, 'log_analytics_workspace')).toMatchObject({ local_authentication_enabled: false });
    expect(only(json, 'monitor_diagnostic_setting').enabled_log).toContainEqual({ category: 'kube-audit-admin' });
    expect(only(json, 'kubernetes_cluster').oms_agent).toMatchObject({ msi_auth_for_monitoring_enabled: true });
  });

  test('is protected, unless told otherwise', () => {
    const lifecycle = (protect: boolean) => only(new Azure({ protect }).synth(), 'kubernetes_cluster').lifecycle;
    expect(lifecycle(true)).toMatchObject({ prevent_destroy: true });
    expect(lifecycle(false)).toMatchObject({ prevent_destroy: false });
  });

  test('leaves the number of nodes to the autoscaler', () => {
    expect(only(new Azure().synth(), 'kubernetes_cluster').lifecycle).toMatchObject({ ignore_changes: ['default_node_pool[0].node_count'] });
  });

  test('comes up after the right on its subnet and the way out', () => {
    const dependencies = only(new Azure().synth(), 'kubernetes_cluster').depends_on;
    for (const needed of ['role_assignment.ml_NodeSubnetRole', 'subnet_nat_gateway_association', 'nat_gateway_public_ip_association']) {
      expect(dependencies).toContainEqual(expect.stringContaining(needed));
    }
  });

  test.each([
    ['a name that Azure refuses', { name: 'My_Cluster' }, 'cluster name is My_Cluster; on azure it has 1 to 54 lowercase letters, digits and hyphens'],
    ['no range', { cidr: '10.0.0.1/16' }, 'cidr is 10.0.0.1/16; give a range of IPv4 from /8 to /24, such as 10.0.0.0/16'],
    ['a range that is too small', { cidr: '10.0.0.0/25' }, 'cidr is 10.0.0.0/25; give a range of IPv4 from /8 to /24, such as 10.0.0.0/16'],
    ['the range of pods', { cidr: '10.0.0.0/8' }, 'cidr is 10.0.0.0/8, which overlaps 10.64.0.0/14, where pods and services are; use another one, such as 10.0.0.0/16'],
  ])('fails on %s', (_, spec, message) => {
    expect(() => new Azure(spec)).toThrow(new Error(message));
  });

  test('fails on zones by another cloud\'s names', () => {
    expect(() => new Azure({}, { ...LOCATION, zones: ['eastus-1'] })).toThrow(new Error('zone of pool system is eastus-1; zones of azure are 1, 2 and 3'));
  });
});

/** One of everything. */
function full(): Azure {
  const azure = new Azure();
  azure.nodePool();
  azure.gpuPool();
  const bucket = azure.bucket();
  bucket.addWorkspace(azure.stack, { namespace: 'team-a', prefix: 'team-a' });
  bucket.grant(azure.stack, { account: { namespace: 'team-a', name: 'artifact-reader' }, prefix: 'team-a', access: 'read' });
  const builder = { namespace: 'team-a', name: 'image-builder' };
  azure.registry({ pullThrough: ['ghcr.io'] }).addWorkspace(azure.stack, { namespace: 'team-a', builder });
  return azure;
}

test('nothing has the name of another thing of its kind, and every name is as long as Azure wants', () => {
  const azure = new Azure();
  azure.bucket({ name: 'ml0123' });
  azure.registry({ name: 'ml0123' });
  for (const namespace of ['team', 'team-a']) azure.handle.addIdentity(azure.stack, { namespace, name: 'artifact-reader' });
  const { resources } = azure.synth();
  for (const [type, all] of Object.entries(resources)) {
    const names = Object.values(all).filter(({ name }) => name !== undefined)
      .map((each) => ['name', 'user_assigned_identity_id', 'private_dns_zone_name', 'target_resource_id'].map((argument) => each[argument]).join());
    expect([type, names]).toEqual([type, [...new Set(names)]]);
  }
  const shortest = {
    log_analytics_workspace: 4, user_assigned_identity: 3, federated_identity_credential: 3, container_registry: 5, storage_account: 3,
  };
  for (const [type, length] of Object.entries(shortest)) {
    const names = Object.values(resources[type] ?? {}).map(({ name }) => String(name));
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => name.length < length)).toEqual([]);
  }
});

test('an admin that is not an object id is an error, for Azure would refuse it after a quarter of an hour', () => {
  expect(() => new Azure({ admins: ['ml-admins'] }))
    .toThrow(new Error(`admin ml-admins of cluster ml is not the object id of a group, such as ${ADMIN}`));
});

describe('a location without zones', () => {
  const WESTUS = { ...LOCATION, location: 'westus', zones: undefined };

  test('keeps what it has in one place', () => {
    const azure = new Azure({}, WESTUS);
    azure.bucket();
    azure.registry();
    const json = azure.synth();
    expect(only(json, 'storage_account').account_replication_type).toBe('LRS');
    expect(only(json, 'container_registry').zone_redundancy_enabled).toBe(false);
  });

  test('takes no zones, of the cluster or of a pool', () => {
    expect(() => new Azure({}, { ...WESTUS, zones: ['1', '2'] })).toThrow(new Error(
      'pool system is in zones 1, 2, but westus is not known to have availability zones; leave zones out, or take another location',
    ));
    expect(() => { new Azure({}, WESTUS).gpuPool({ zones: ['1'] }); }).toThrow(new Error(
      'pool a100 is in zone 1, but westus is not known to have availability zones; leave zones out, or take another location',
    ));
  });
});
