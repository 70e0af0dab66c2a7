import { App, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { cloudInfrastructure } from '../../../src/clouds/azure/terraform';
import type { ClusterInfrastructure, ExistingClusterSpec } from '../../../src/clouds/infrastructure';
import { LOCATION, only, synth } from './stack';

const ATTRIBUTES = {
  resourceGroup: 'platform',
  oidcIssuerUrl: 'https://eastus.oic.prod-aks.azure.com/t/i/',
  subnetId: '/subnets/nodes',
  kubeletObjectId: 'kubelet',
  controlPlaneObjectId: 'control-plane',
  privateEndpointSubnetId: '/subnets/endpoints',
  virtualNetworkId: '/networks/n',
};

const POOL = { name: 'cpu', machineType: 'Standard_D8ds_v5', minNodes: 0, maxNodes: 3, spot: false, diskGiB: 100, labels: {}, tags: {} };
const BUCKET = { name: 'artifacts0123', exists: false, protect: true, retentionDays: 7, tags: {} };
const REGISTRY = { name: 'images0123', protect: true, untaggedDays: 30, pullThrough: [], tags: {} };

class Existing {
  public readonly stack = new TerraformStack(new App(), 'azure');
  public readonly handle: ClusterInfrastructure;

  constructor(attributes: ExistingClusterSpec['attributes'] = ATTRIBUTES) {
    const cloud = cloudInfrastructure({ ...LOCATION, zones: undefined });
    cloud.prepare(this.stack);
    this.handle = cloud.existingCluster(new Construct(this.stack, 'theirs'), { name: 'theirs', attributes, tags: {} });
  }

  public child(id: string): Construct {
    return new Construct(this.stack, id);
  }
}

test('pools are added to a cluster that exists, which stays as it is', () => {
  const existing = new Existing();
  existing.handle.addNodePool(existing.child('cpu'), POOL);
  const json = synth(existing.stack);
  expect(Object.keys(json.resources)).toEqual(['kubernetes_cluster_node_pool']);
  expect(only(json, 'kubernetes_cluster_node_pool')).toMatchObject({
    kubernetes_cluster_id: '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/platform/providers/Microsoft.ContainerService/managedClusters/theirs',
    vnet_subnet_id: '/subnets/nodes',
  });
});

test('identities trust its issuer', () => {
  const existing = new Existing();
  existing.handle.addIdentity(existing.stack, { namespace: 'team-a', name: 'artifact-reader' });
  expect(only(synth(existing.stack), 'federated_identity_credential')).toMatchObject({ issuer: ATTRIBUTES.oidcIssuerUrl });
});

test('its nodes pull from a registry', () => {
  const existing = new Existing();
  existing.handle.addRegistry(existing.child('registry'), REGISTRY);
  expect(only(synth(existing.stack), 'role_assignment')).toMatchObject({ principal_id: 'kubelet', role_definition_name: 'Container Registry Repository Reader' });
});

test('private DNS zones that its network has are used', () => {
  const existing = new Existing({ ...ATTRIBUTES, blobDnsZoneId: '/zones/blob' });
  existing.handle.addBucket(existing.child('bucket'), BUCKET);
  const json = synth(existing.stack);
  expect(json.resources.private_dns_zone).toBeUndefined();
  expect(only(json, 'private_endpoint').private_dns_zone_group).toMatchObject({ private_dns_zone_ids: ['/zones/blob'] });
});

test.each<[string, (existing: Existing) => void]>([
  ['subnetId', ({ handle, stack }) => handle.addNodePool(new Construct(stack, 'cpu'), POOL)],
  ['oidcIssuerUrl', ({ handle, stack }) => handle.addIdentity(stack, { namespace: 'team-a', name: 'artifact-reader' })],
  ['privateEndpointSubnetId', ({ handle, stack }) => handle.addBucket(new Construct(stack, 'bucket'), BUCKET)],
  ['virtualNetworkId', ({ handle, stack }) => handle.addBucket(new Construct(stack, 'bucket'), BUCKET)],
  ['kubeletObjectId', ({ handle, stack }) => handle.addRegistry(new Construct(stack, 'registry'), REGISTRY)],
  ['resourceGroup', ({ handle, stack }) => handle.addRegistry(new Construct(stack, 'registry'), REGISTRY)],
])('fails without the attribute %s where it is needed', (attribute, use) => {
  const existing = new Existing({ ...ATTRIBUTES, [attribute]: '' });
  expect(() => use(existing)).toThrow(new Error(`cluster theirs has no attribute ${attribute}, which this needs; add it to the attributes of the cluster`));
});

test('fails on a list where one value is meant', () => {
  const existing = new Existing({ ...ATTRIBUTES, subnetId: ['a', 'b'] });
  expect(() => existing.handle.addNodePool(existing.child('cpu'), POOL)).toThrow(new Error('attribute subnetId of cluster theirs is a list; give one value'));
});
