/** A cluster on what a company has already: its network, ranges, keys and names. */
import { messageOf } from '../../constructs/fixtures';
import { Azure, LOCATION, only } from './stack';
import type { Arguments, Json } from './stack';

const PROVIDERS = '/subscriptions/00000000-0000-0000-0000-000000000009/resourceGroups/net/providers';
const HUB = `${PROVIDERS}/Microsoft.Network/virtualNetworks/hub`;
const NETWORK = { subnetId: `${HUB}/subnets/nodes`, privateEndpointSubnetId: `${HUB}/subnets/endpoints` };
const zone = (name: string) => `${PROVIDERS}/Microsoft.Network/privateDnsZones/${name}`;
const [BLOB, REGISTRY] = [zone('privatelink.blob.core.windows.net'), zone('privatelink.azurecr.io')];
const DISKS = `/subscriptions/${LOCATION.subscriptionId}/resourceGroups/keys/providers/Microsoft.Compute/diskEncryptionSets/disks`;
const OF_A_NETWORK = [
  'virtual_network', 'subnet', 'network_security_group', 'subnet_network_security_group_association', 'public_ip', 'nat_gateway', 'nat_gateway_public_ip_association',
  'subnet_nat_gateway_association',
];

const all = ({ resources }: Json, type: string): Arguments[] => Object.values(resources[type] ?? {});

/** With all that is reached through the network. */
function withStores(...[cluster]: ConstructorParameters<typeof Azure>): Json {
  const azure = new Azure(cluster);
  azure.gpuPool();
  azure.bucket();
  azure.registry();
  return azure.synth();
}

describe('a cluster in a network that exists', () => {
  const synthesized = withStores({ network: NETWORK });

  test('makes nothing of one: its nodes and private endpoints are in the subnets that are named', () => {
    for (const type of OF_A_NETWORK) expect(all(synthesized, type)).toEqual([]);
    expect(only(synthesized, 'kubernetes_cluster').default_node_pool).toMatchObject({ vnet_subnet_id: NETWORK.subnetId });
    expect(all(synthesized, 'kubernetes_cluster_node_pool').map(({ vnet_subnet_id }) => vnet_subnet_id)).toEqual([NETWORK.subnetId, NETWORK.subnetId]);
    expect(all(synthesized, 'private_endpoint').map(({ subnet_id }) => subnet_id)).toEqual([NETWORK.privateEndpointSubnetId, NETWORK.privateEndpointSubnetId]);
  });

  test('leaves by the routes of the network', () => {
    expect(only(synthesized, 'kubernetes_cluster').network_profile).toMatchObject({ outbound_type: 'userDefinedRouting' });
    expect(only(new Azure().synth(), 'kubernetes_cluster').network_profile).toMatchObject({ outbound_type: 'userAssignedNATGateway' });
  });

  test("lets the control plane into the nodes' subnet, and no further", () => {
    expect(only(synthesized, 'role_assignment', 'ml/NodeSubnetRole')).toMatchObject({ scope: NETWORK.subnetId, role_definition_name: 'Network Contributor' });
    expect(JSON.stringify(all(synthesized, 'role_assignment'))).not.toContain(NETWORK.privateEndpointSubnetId);
  });

  test('is reached from the networks that are named alone, of which one is where its traffic leaves', () => {
    const open = only(new Azure({ network: NETWORK, allowedCidrs: ['203.0.113.0/24', '198.51.100.7/32'] }).synth(), 'kubernetes_cluster');
    expect(open.api_server_access_profile).toEqual({ authorized_ip_ranges: ['203.0.113.0/24', '198.51.100.7/32'] });
  });

  test('gives the network the private DNS zones that it has not got', () => {
    expect(all(synthesized, 'private_dns_zone').map(({ name }) => name)).toEqual(['privatelink.blob.core.windows.net', 'privatelink.azurecr.io']);
    expect(all(synthesized, 'private_dns_zone_virtual_network_link').map(({ virtual_network_id }) => virtual_network_id)).toEqual([HUB, HUB]);
  });

  test('registers its bucket and registry in the zones that are there', () => {
    const own = withStores({ network: { ...NETWORK, blobDnsZoneId: BLOB, registryDnsZoneId: REGISTRY } });
    expect(all(own, 'private_dns_zone')).toEqual([]);
    expect(all(own, 'private_dns_zone_virtual_network_link')).toEqual([]);
    expect(all(own, 'private_endpoint').map(({ private_dns_zone_group }) => private_dns_zone_group)).toEqual([
      { name: 'blob', private_dns_zone_ids: [BLOB] }, { name: 'registry', private_dns_zone_ids: [REGISTRY] },
    ]);
  });

  test('may have a zone of one kind, and is given the other', () => {
    const half = withStores({ network: { ...NETWORK, registryDnsZoneId: REGISTRY } });
    expect(only(half, 'private_dns_zone').name).toBe('privatelink.blob.core.windows.net');
  });
});

describe('ranges', () => {
  const profileOf = (...[cluster]: ConstructorParameters<typeof Azure>) => only(new Azure(cluster).synth(), 'kubernetes_cluster').network_profile;

  test('of pods and Services are those that a network team assigns, and DNS has the tenth address', () => {
    expect(profileOf({ podCidr: '100.64.0.0/16', serviceCidr: '172.20.4.0/22' }))
      .toMatchObject({ pod_cidr: '100.64.0.0/16', service_cidr: '172.20.4.0/22', dns_service_ip: '172.20.4.10' });
  });

  test('are otherwise what they were', () => {
    expect(profileOf()).toMatchObject({ pod_cidr: '10.64.0.0/14', service_cidr: '10.68.0.0/20', dns_service_ip: '10.68.0.10' });
  });

  test('may be those of the default network where the network is of others', () => {
    expect(profileOf({ network: NETWORK, podCidr: '10.0.0.0/16' })).toMatchObject({ pod_cidr: '10.0.0.0/16' });
  });

  test('leave room for a network where pods were', () => {
    const azure = new Azure({ cidr: '10.64.0.0/16', podCidr: '100.64.0.0/16', serviceCidr: '172.20.0.0/20' });
    expect(only(azure.synth(), 'virtual_network').address_space).toEqual(['10.64.0.0/16']);
  });
});

describe("a customer's key", () => {
  test('encrypts the disks of all nodes, by a set that the control plane may read before it makes the first', () => {
    const synthesized = new Azure({ encryptionKey: DISKS }).synth();
    const cluster = only(synthesized, 'kubernetes_cluster');
    expect(cluster.disk_encryption_set_id).toBe(DISKS);
    expect(only(synthesized, 'role_assignment', 'ml/DiskEncryptionRole')).toMatchObject({
      scope: DISKS, role_definition_name: 'Reader', principal_id: only(synthesized, 'role_assignment', 'ml/NodeSubnetRole').principal_id,
    });
    expect(cluster.depends_on).toContainEqual(expect.stringMatching(/^azurerm_role_assignment\.ml_DiskEncryptionRole/));
  });

  test('is not asked for where none is given', () => {
    const synthesized = new Azure().synth();
    expect(only(synthesized, 'kubernetes_cluster')).not.toHaveProperty('disk_encryption_set_id');
    expect(synthesized.text).not.toContain('DiskEncryptionRole');
  });
});

describe('a naming rule', () => {
  const NAMED = [
    'log_analytics_workspace', 'monitor_data_collection_rule', 'nat_gateway', 'network_security_group', 'private_dns_zone_virtual_network_link', 'private_endpoint',
    'proximity_placement_group', 'public_ip', 'subnet', 'user_assigned_identity', 'virtual_network',
  ];
  const whole = (nameOf?: (type: string, proposed: string) => string): Json => {
    const azure = new Azure({ nameOf });
    azure.gpuPool({ compact: true, zones: ['1'] });
    const encryptionKey = `${PROVIDERS}/Microsoft.KeyVault/vaults/acme/keys/artifacts`;
    azure.bucket({ encryptionKey }).addWorkspace(azure.stack, { namespace: 'team-a', prefix: 'team-a' });
    azure.registry().addWorkspace(azure.stack, { namespace: 'team-a', builder: { namespace: 'team-a', name: 'image-builder' } });
    return azure.synth();
  };
  const [renamed, before] = [whole((_, proposed) => `acme-${proposed}`), whole()];
  const namesIn = (synthesized: Json, type: string) => all(synthesized, type).map(({ name }) => String(name));

  test.each(NAMED)('names every %s', (type) => {
    expect(namesIn(before, type).length).toBeGreaterThan(0);
    expect(namesIn(renamed, type)).toEqual(namesIn(before, type).map((name) => `acme-${name}`));
  });

  test('leaves all other names, by which the Kubernetes side goes', () => {
    const others = Object.keys(before.resources).filter((type) => !NAMED.includes(type));
    expect(others).toContain('resource_group');
    for (const type of others) expect(namesIn(renamed, type)).toEqual(namesIn(before, type));
    expect(renamed.output).toEqual(before.output);
  });

  test('is asked with the types of Terraform', () => {
    const asked = new Set<string>();
    whole((type, proposed) => { asked.add(type); return proposed; });
    expect([...asked].sort()).toEqual(NAMED.map((type) => `azurerm_${type}`));
  });

  test('that changes nothing gives the same bytes as none', () => {
    expect(whole((_, proposed) => proposed).text).toBe(before.text);
  });
});

const SUBNET = 'give the id of a subnet, such as /subscriptions/…/resourceGroups/…/providers/Microsoft.Network/virtualNetworks/hub/subnets/nodes';
const zoneOf = (name: string) => `give the id of the private DNS zone ${name}, such as `
  + `/subscriptions/…/resourceGroups/…/providers/Microsoft.Network/privateDnsZones/${name}`;

test.each([
  [{ network: { ...NETWORK, subnetId: 'nodes' } }, `subnetId is nodes; ${SUBNET}`],
  [{ network: { ...NETWORK, privateEndpointSubnetId: HUB } }, `privateEndpointSubnetId is ${HUB}; ${SUBNET}`],
  [{ network: { ...NETWORK, privateEndpointSubnetId: `${HUB}-2/subnets/endpoints` } },
    `subnetId is in ${HUB} and privateEndpointSubnetId in ${HUB}-2; give two subnets of one virtual network`],
  [{ network: { ...NETWORK, blobDnsZoneId: REGISTRY } }, `blobDnsZoneId is ${REGISTRY}; ${zoneOf('privatelink.blob.core.windows.net')}`],
  [{ network: { ...NETWORK, registryDnsZoneId: 'privatelink.azurecr.io' } }, `registryDnsZoneId is privatelink.azurecr.io; ${zoneOf('privatelink.azurecr.io')}`],
  [{ podCidr: '100.64.0.0/23' }, 'podCidr is 100.64.0.0/23; on azure it is a range of /8 to /22, such as 10.64.0.0/14'],
  [{ podCidr: '100.64.1.0/16' }, 'podCidr is 100.64.1.0/16; on azure it is a range of /8 to /22, such as 10.64.0.0/14'],
  [{ serviceCidr: '172.16.0.0/11' }, 'serviceCidr is 172.16.0.0/11; on azure it is a range of /12 to /28, such as 10.68.0.0/20'],
  [{ serviceCidr: '172.20.0.0/29' }, 'serviceCidr is 172.20.0.0/29; on azure it is a range of /12 to /28, such as 10.68.0.0/20'],
  [{ serviceCidr: '172.30.0.0/20' }, "serviceCidr is 172.30.0.0/20, which overlaps 172.30.0.0/16, a range of AKS's own; give another"],
  [{ podCidr: '10.68.0.0/16' }, 'podCidr is 10.68.0.0/16, which overlaps 10.68.0.0/20, the serviceCidr; give another, or another serviceCidr too'],
  [{ serviceCidr: '10.64.0.0/16' }, 'serviceCidr is 10.64.0.0/16, which overlaps 10.64.0.0/14, the podCidr; give another, or another podCidr too'],
  [{ podCidr: '10.0.128.0/17' }, 'podCidr is 10.0.128.0/17, which overlaps 10.0.0.0/16, the range of the network; give another, or another cidr'],
  [{ serviceCidr: '10.0.0.0/20' }, 'serviceCidr is 10.0.0.0/20, which overlaps 10.0.0.0/16, the range of the network; give another, or another cidr'],
  [{ encryptionKey: `${PROVIDERS}/Microsoft.Compute/diskEncryptionSets/disks` },
    'encryptionKey is a disk encryption set of subscription 00000000-0000-0000-0000-000000000009, and the cluster is in '
    + '00000000-0000-0000-0000-000000000001; give one of the same subscription and location: its key may be in a vault of another'],
  [{ encryptionKey: 'https://acme.vault.azure.net/keys/disks' },
    'encryptionKey is https://acme.vault.azure.net/keys/disks; give the id of a disk encryption set, such as '
    + '/subscriptions/…/resourceGroups/…/providers/Microsoft.Compute/diskEncryptionSets/disks'],
])('%j is refused', (cluster, message) => {
  expect(messageOf(() => new Azure(cluster))).toBe(message);
});
