import { GoogleProvider } from '@cdktf/provider-google/lib/provider';
import { Construct } from 'constructs';
import { cloudInfrastructure } from '../../../src/clouds/gcp/terraform';
import { CLUSTER, L4, LOCATION, REGISTRY, synth, synthCluster } from './stack';

const cluster = (overrides: Parameters<typeof synthCluster>[1] = {}) => synthCluster(undefined, overrides).one('google_container_cluster');

test('nodes are private, and the control plane is reached by its DNS endpoint, which IAM guards', () => {
  expect(cluster()).toMatchObject({
    private_cluster_config: { enable_private_nodes: true, enable_private_endpoint: true },
    control_plane_endpoints_config: { dns_endpoint_config: { allow_external_traffic: true } },
    master_authorized_networks_config: { cidr_blocks: [], gcp_public_cidrs_access_enabled: false },
  });
});

test('networks that may reach the control plane get its public address, and they alone', () => {
  expect(cluster({ cluster: { allowedCidrs: ['192.0.2.0/24'] } })).toMatchObject({
    private_cluster_config: { enable_private_nodes: true, enable_private_endpoint: false },
    master_authorized_networks_config: { cidr_blocks: [{ cidr_block: '192.0.2.0/24' }] },
  });
});

test('administrators are refused, which IAM alone names', () => {
  expect(() => cluster({ cluster: { admins: ['group:ml@acme.com'] } })).toThrow('admins of cluster ml is group:ml@acme.com, but on Google Cloud IAM '
    + 'alone says who administers clusters; leave it out, and grant roles/container.admin on the project');
});

test('workload identity, Dataplane V2 and the drivers for disks and buckets are on', () => {
  expect(cluster()).toMatchObject({
    workload_identity_config: { workload_pool: 'acme-ml.svc.id.goog' },
    datapath_provider: 'ADVANCED_DATAPATH',
    addons_config: { gcs_fuse_csi_driver_config: { enabled: true }, gce_persistent_disk_csi_driver_config: { enabled: true } },
  });
});

test('Secrets are encrypted with a key that rotates, which GKE alone may use', () => {
  const { one, all } = synthCluster();
  expect(one('google_container_cluster').database_encryption).toMatchObject({ state: 'ENCRYPTED' });
  expect(one('google_kms_crypto_key')).toMatchObject({ rotation_period: '7776000s', lifecycle: { prevent_destroy: true } });
  expect(all('google_kms_crypto_key_iam_member')).toMatchObject([{
    role: 'roles/cloudkms.cryptoKeyEncrypterDecrypter',
    member: 'serviceAccount:service-123@container-engine-robot.iam.gserviceaccount.com',
  }]);
});

test('logs of the system, of the workloads and of the API server are kept', () => {
  expect(cluster().logging_config).toEqual({ enable_components: ['SYSTEM_COMPONENTS', 'WORKLOADS', 'APISERVER'] });
});

test('a protected cluster refuses to be destroyed, another does not', () => {
  expect(cluster().deletion_protection).toBe(true);
  expect(cluster({ cluster: { protect: false } }).deletion_protection).toBe(false);
});

test('the system pool has two to five machines over all zones, and no taint', () => {
  const pool = synthCluster().one('google_container_node_pool');
  expect(pool).toMatchObject({
    name: 'system',
    autoscaling: { total_min_node_count: 2, total_max_node_count: 5 },
    upgrade_settings: { max_surge: 1, max_unavailable: 0 },
  });
  expect(pool.node_config).not.toHaveProperty('taint');
});

test('the nodes may do in the project what a node must, and nothing else is granted on the project', () => {
  expect(synthCluster().all('google_project_iam_member')).toMatchObject([{ project: 'acme-ml', role: 'roles/container.defaultNodeServiceAccount' }]);
});

test('everything waits for the APIs that it needs, which stay enabled', () => {
  const { all, one } = synthCluster();
  const services = all('google_project_service');
  expect(services.map(({ service }) => service)).toEqual(expect.arrayContaining(['container.googleapis.com', 'cloudkms.googleapis.com']));
  expect(services.every(({ disable_on_destroy: disable }) => disable === false)).toBe(true);
  for (const type of ['google_compute_network', 'google_kms_key_ring', 'google_service_account', 'google_container_cluster']) {
    expect(one(type).depends_on).toEqual(expect.arrayContaining([expect.stringContaining('google_project_service.')]));
  }
});

test('tags are labels of cluster and nodes', () => {
  const { one } = synthCluster();
  expect(one('google_container_cluster').resource_labels).toMatchObject({ team: 'a' });
  expect(one('google_container_node_pool').node_config).toMatchObject({ resource_labels: { team: 'a' } });
});

test('the zones of the location are those of the nodes', () => {
  expect(cluster({ location: { zones: ['us-central1-a', 'us-central1-b'] } }).node_locations).toEqual(['us-central1-a', 'us-central1-b']);
});

test('nothing is looked up, and the provider may be of any version in a range', () => {
  const stack = JSON.parse(synthCluster().json) as { data?: object; terraform: { required_providers: { google: { version: string } } } };
  expect(stack.data).toBeUndefined();
  expect(stack.terraform.required_providers.google.version).toBe('>= 6.50.0, < 9.0.0');
});

test('a provider that the stack has is left as it is', () => {
  const { json } = synth((stack) => {
    new GoogleProvider(stack, 'own', { project: 'other' });
    cloudInfrastructure(LOCATION).prepare(stack);
  });
  expect((JSON.parse(json) as { provider: { google: object[] } }).provider.google).toEqual([{ project: 'other' }]);
});

test('the same program gives the same bytes', () => {
  const json = () => synthCluster((ml, stack) => ml.addGpuPool(new Construct(stack, 'pool'), L4)).json;
  expect(json()).toBe(json());
});

test('long names give service accounts of up to 30 characters that differ', () => {
  const account = (name: string) => String(synthCluster(undefined, { cluster: { name } }).one('google_service_account').account_id);
  const long = 'a-cluster-with-quite-a-long-name';
  expect(account('ml')).toBe('ml-nodes');
  expect(account(`${long}-1`)).toMatch(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/);
  expect(account(`${long}-1`)).not.toBe(account(`${long}-2`));
});

test.each([
  [{ name: 'ML' }, 'cluster name ML is not valid on Google Cloud; give up to 40 lowercase letters, digits and hyphens, a letter first'],
  [{ cidr: '10.64.0.0/16' }, 'cidr 10.64.0.0/16 overlaps 10.64.0.0/14, the range of the pods; give another, for example 10.0.0.0/16'],
  [{ cidr: '10.0.0.0' }, 'cidr 10.0.0.0 is not a range of addresses; give one that begins where it says, for example 10.0.0.0/16'],
  [{ tags: { Team: 'a' } }, 'tag Team is not a valid label on Google Cloud; give lowercase letters, digits, hyphens and underscores, a letter first'],
  [{ tags: { team: 'A B' } },
    'tag team is A B, not a valid label on Google Cloud; give up to 63 lowercase letters, digits, hyphens and underscores'],
])('fails when the cluster has %j', (overrides, message) => {
  expect(() => cluster({ cluster: overrides })).toThrow(new Error(message));
});

test('fails when a zone is in another region', () => {
  expect(() => cluster({ location: { zones: ['europe-west4-a'] } }))
    .toThrow(new Error('zone europe-west4-a is not in region us-central1; give zones such as us-central1-a'));
});

describe('a cluster that exists', () => {
  const existing = (attributes: Record<string, string>) => synth((stack) => {
    const cloud = cloudInfrastructure(LOCATION);
    cloud.prepare(stack);
    const handle = cloud.existingCluster(stack, { name: 'theirs', attributes, tags: {} });
    handle.addGpuPool(new Construct(stack, 'pool'), L4);
    handle.addRegistry(new Construct(stack, 'registry'), REGISTRY).addWorkspace(stack, { namespace: 'team-a', builder: { namespace: 'team-a', name: 'image-builder' } });
  });

  test('takes pools, where it is and with the identity of its nodes', () => {
    const { one, all } = existing({ nodeServiceAccount: 'nodes@acme-ml.iam.gserviceaccount.com', location: 'us-central1-b' });
    expect(one('google_container_node_pool')).toMatchObject({
      cluster: 'theirs', location: 'us-central1-b', node_config: { service_account: 'nodes@acme-ml.iam.gserviceaccount.com' },
    });
    expect(one('google_artifact_registry_repository_iam_member', { role: 'roles/artifactregistry.reader' }).member)
      .toBe('serviceAccount:nodes@acme-ml.iam.gserviceaccount.com');
    expect(all('google_container_cluster')).toEqual([]);
  });

  test('is in the region unless it says otherwise', () => {
    expect(existing({ nodeServiceAccount: 'nodes@x' }).one('google_container_node_pool').location).toBe('us-central1');
  });

  test('fails when it does not say who its nodes are', () => {
    expect(() => existing({})).toThrow(new Error('cluster theirs has no nodeServiceAccount; give the e-mail address of the service account of its nodes, which pools run as and pull by'));
  });

  test('takes only a bucket without saying so', () => {
    const { all } = synth((stack) => {
      cloudInfrastructure(LOCATION).prepare(stack);
      cloudInfrastructure(LOCATION).existingCluster(stack, { name: CLUSTER.name, attributes: {}, tags: {} })
        .addBucket(new Construct(stack, 'bucket'), { name: 'acme', exists: true, protect: true, retentionDays: 30, tags: {} })
        .addWorkspace(stack, { namespace: 'team-a', prefix: 'team-a' });
    });
    expect(all('google_storage_managed_folder')).toMatchObject([{ bucket: 'acme', name: 'team-a/' }]);
  });
});

describe('on existing ground', () => {
  const SHARED = {
    network: 'projects/acme-net/global/networks/shared', subnetwork: 'projects/acme-net/regions/us-central1/subnetworks/ml', podsRange: 'ml-pods', servicesRange: 'ml-services',
  };

  test('a cluster in a Shared VPC makes no network, and takes the ranges by their names', () => {
    const { one, all } = synthCluster(undefined, { cluster: { network: SHARED } });
    expect(one('google_container_cluster')).toMatchObject({
      network: SHARED.network,
      subnetwork: SHARED.subnetwork,
      ip_allocation_policy: { cluster_secondary_range_name: 'ml-pods', services_secondary_range_name: 'ml-services' },
    });
    for (const type of ['google_compute_network', 'google_compute_subnetwork', 'google_compute_router', 'google_compute_router_nat']) expect(all(type)).toEqual([]);
  });

  test.each([
    [{ network: { ...SHARED, network: 'shared' } }, 'network is shared; give it in full, such as projects/acme-net/global/networks/shared'],
    [{ network: { ...SHARED, subnetwork: 'ml' } }, 'subnetwork is ml; give it in full, such as projects/acme-net/regions/us-central1/subnetworks/ml'],
    [{ network: { ...SHARED, subnetwork: 'projects/acme-net/regions/us-east1/subnetworks/ml' } },
      "subnetwork projects/acme-net/regions/us-east1/subnetworks/ml is in us-east1 and the cluster in us-central1; give one of the cluster's region"],
    [{ network: SHARED, podCidr: '10.4.0.0/14' }, 'podCidr is 10.4.0.0/14, but the network exists, and its secondary ranges say it; leave it out'],
    [{ encryptionKey: 'key' }, 'encryptionKey is key; give the full name of a key, projects/<project>/locations/us-central1/keyRings/<ring>/cryptoKeys/<key>'],
    [{ encryptionKey: 'projects/acme/locations/europe-west4/keyRings/r/cryptoKeys/k' },
      "encryptionKey is in europe-west4 and the cluster in us-central1; give a key of the cluster's region"],
    [{ cidr: '100.64.0.0/16', podCidr: '100.64.0.0/14' }, 'cidr 100.64.0.0/16 overlaps 100.64.0.0/14, the range of the pods; give another, for example 10.0.0.0/16'],
  ])('%j is refused', (spec, message) => {
    expect(() => cluster({ cluster: spec })).toThrow(message);
  });

  test('pods and Services have the ranges that a network team assigns', () => {
    expect(synthCluster(undefined, { cluster: { podCidr: '100.64.0.0/14', serviceCidr: '100.68.0.0/20' } }).one('google_compute_subnetwork')).toMatchObject({
      ip_cidr_range: '10.0.0.0/16',
      secondary_ip_range: [{ range_name: 'pods', ip_cidr_range: '100.64.0.0/14' }, { range_name: 'services', ip_cidr_range: '100.68.0.0/20' }],
    });
  });

  test('without the internet there is no NAT, and without flow logs no records', () => {
    const { one, all } = synthCluster(undefined, { cluster: { outboundInternet: false, flowLogs: false } });
    expect(all('google_compute_router_nat')).toEqual([]);
    expect(one('google_compute_subnetwork')).toMatchObject({ private_ip_google_access: true }); // how nodes reach Google's services then
    expect(one('google_compute_subnetwork')).not.toHaveProperty('log_config');
  });

  test("a customer's key encrypts Secrets and disks, each by the agent that needs it", () => {
    const key = 'projects/acme/locations/us-central1/keyRings/acme/cryptoKeys/ml';
    const { one, all } = synthCluster(undefined, { cluster: { encryptionKey: key } });
    expect(one('google_container_cluster')).toMatchObject({ database_encryption: { state: 'ENCRYPTED', key_name: key } });
    expect(one('google_container_node_pool')).toMatchObject({ node_config: { boot_disk_kms_key: key } });
    expect(all('google_kms_crypto_key')).toEqual([]);
    expect(all('google_kms_crypto_key_iam_member').map(({ crypto_key_id, member }) => [crypto_key_id, member])).toEqual([
      [key, 'serviceAccount:service-123@compute-system.iam.gserviceaccount.com'],
      [key, 'serviceAccount:service-123@container-engine-robot.iam.gserviceaccount.com'],
    ]);
  });

  test('a naming rule names what has no prop for its name', () => {
    const { one } = synthCluster(undefined, { cluster: { nameOf: (type, proposed) => `acme-${type === 'google_service_account' ? 'sa-' : ''}${proposed}` } });
    expect(one('google_service_account')).toMatchObject({ account_id: 'acme-sa-ml-nodes' });
    for (const type of ['network', 'subnetwork', 'router', 'router_nat']) expect(one(`google_compute_${type}`)).toMatchObject({ name: 'acme-ml' });
    expect([one('google_kms_key_ring').name, one('google_kms_crypto_key').name, one('google_container_cluster').name]).toEqual(['acme-ml', 'acme-ml-secrets', 'ml']);
  });
});
