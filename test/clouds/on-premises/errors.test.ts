/** What makes no sense on premises, each with its full message. */
import type { Chart } from 'cdk8s';
import { Size, Testing } from 'cdk8s';
import { Capacity, Gpu, GpuSharing, Model, OnPremisesStore, Platform, Workspace } from '../../../src';
import type { CsiVolumeOptions, GpuPoolOptions, OnPremisesPlatformProps, S3StoreOptions, WorkspaceOptions } from '../../../src';
import { messageOf } from '../../constructs/fixtures';

const S3 = OnPremisesStore.s3({ endpoint: 'https://ceph.example.com', bucketName: 'artifacts', credentialsSecret: 'store' });
const NFS = OnPremisesStore.nfs({ server: 'nfs.example.com', path: '/export/ml' });

function rack(props: Partial<OnPremisesPlatformProps> = {}): Platform {
  return Platform.onPremises({ clusterName: 'rack', store: S3, ...props });
}

function ofPool(options: object, platform: Platform = rack()): string {
  return messageOf(() => platform.addGpuPool('dgx', { gpu: Gpu.NVIDIA_H100, gpusPerNode: 8, ...options } as GpuPoolOptions));
}

function ofWorkspace(options: WorkspaceOptions, platform: Platform = rack()): string {
  return messageOf(() => platform.addWorkspace('team-a', options));
}

test.each<[string, object, string]>([
  ['a region', { region: 'us-east-1' }, 'Platform.onPremises has no prop region; use one of clusterName, kubernetesVersion, artifactPrefix, registry, registrySecret, '],
  ['no store', { store: 's3://artifacts' }, 'store is \'s3://artifacts\', which is not an OnPremisesStore; '
    + 'write for example OnPremisesStore.s3({ endpoint, bucketName, credentialsSecret })'],
  ['nodes that come up by themselves', { autoProvisioning: true },
    'autoProvisioning is true but on a cluster on premises no node comes up without a pool; leave it out, and declare pools with addGpuPool'],
  ['an autoscaler', { autoscaler: true }, 'autoscaler is true, but on a cluster on premises a cluster has its own autoscaler; leave it out'],
  ['types of disks', { storageClasses: { fast: 'io2' } }, 'storageClasses is set, but of the disks of a cluster on premises nothing is known; leave storageClasses out'],
  ['ranges of a file system', { store: NFS, storeCidrs: ['10.0.0.0/24'] },
    'storeCidrs is set but the store is a file system, which nodes mount and no policy holds back; leave storeCidrs out'],
  ['ranges of no registry', { registryCidrs: ['10.0.0.0/24'] }, 'registryCidrs is set but registry is not; set the registry that they are of'],
  ['ranges that are none', { registry: 'registry.example.com/ml', registryCidrs: ['registry.example.com'] },
    'registryCidrs has \'registry.example.com\'; give a range such as 199.36.153.8/30'],
])('a platform with %s', (_, props, message) => {
  expect(messageOf(() => rack(props))).toContain(message);
});

test.each<[string, object, string]>([
  ['spot nodes', { spot: true }, 'a cluster on premises has no spot nodes; leave spot out'],
  ['flex-start nodes', { flexStart: true }, 'a cluster on premises has no flex-start nodes; leave flexStart out'],
  ['zones', { zones: ['a'] }, 'zones is set, but a cluster on premises has none that nodes come up in; leave zones out, or name racks by nodeLabels'],
  ['no cores', { nodeCpu: 0 }, 'nodeCpu is 0; give a number of cores above 0'],
  ['memory that is no size', { nodeMemory: 2048 }, 'nodeMemory is 2048, which is not a Size; write for example Size.gibibytes(2048)'],
  ['a resource without a domain', { resourceName: 'gpu' }, 'resourceName is \'gpu\'; give the extended resource that the nodes offer, for example nvidia.com/mig-1g.10gb'],
  ['a slice that the GPU does not have', { sharing: GpuSharing.mig('1g.5gb') },
    'sharing is MIG profile 1g.5gb, which nvidia-h100 does not have; use one of 1g.10gb, 1g.20gb, 2g.20gb, 3g.40gb, 4g.40gb, 7g.80gb'],
])('a pool with %s', (_, options, message) => {
  expect(ofPool(options)).toBe(`platform rack cannot have GPU pool 'dgx': ${message}`);
});

test('pools that offer the same GPU by two names', () => {
  const platform = rack();
  platform.addGpuPool('a', { gpu: Gpu.NVIDIA_H100, gpusPerNode: 8 });
  expect(ofPool({ resourceName: 'acme.example/gpu' }, platform)).toBe('platform rack cannot have GPU pool \'dgx\': its nodes offer nvidia-h100 as acme.example/gpu, '
    + 'but those of pool a as what it is by default, and a container asks for one name; give both the same resourceName, or make one of them a Gpu.custom');
});

test('on a cloud, what a node has is known by its machine type', () => {
  const aws = Platform.aws({ clusterName: 'ml', bucketName: 'acme-ml', region: 'us-east-1' });
  expect(messageOf(() => aws.addGpuPool('h100', { gpu: Gpu.NVIDIA_H100, gpusPerNode: 8, nodeCpu: 192 }))).toBe('platform ml cannot have GPU pool \'h100\': '
    + 'nodeCpu is set, which is for clusters on premises: nodes of AWS are known by their machine type; leave it out');
});

test.each<[string, WorkspaceOptions, Platform, string]>([
  ['identities of a cloud', { clientIds: { artifactReader: 'a', artifactWriter: 'b', imageBuilder: 'c' } }, rack(),
    'clientIds is set, but a cluster on premises has no identities of a cloud; leave clientIds out'],
  ['a bucket of a cloud', { readableBuckets: [{ url: 'gs://acme-weights' }] }, rack(),
    'readableBuckets has gs://acme-weights, but a cluster on premises reads only s3:// here; copy the files there'],
  ['a bucket of a region', { readableBuckets: [{ url: 's3://acme-weights', region: 'us-east-1' }] }, rack(),
    'readableBuckets has a region, but a cluster on premises is in no region and no resource group of a cloud; leave it out'],
  ['a bucket beside volumes of its own', { readableBuckets: [{ url: 's3://acme-weights' }] }, rack({ store: OnPremisesStore.claim('shared') }),
    'readableBuckets is set, but a cluster on premises reads no bucket but its own; leave it out'],
  ['artifacts of others, on a volume of its own', { reads: ['data'] }, rack({ store: OnPremisesStore.storageClass('weka', { size: Size.tebibytes(1) }) }),
    'reads is data, but each workspace has a volume of its own, which no other namespace can mount; '
    + 'leave reads out, or use a store that all can mount, such as OnPremisesStore.nfs, csi or directory'],
  ['artifacts of others, by one handle', { reads: ['data'] }, rack({ store: OnPremisesStore.csi({ driver: 'csi.weka.io', volumeHandle: 'dir/v1/ml/{folder}' }) }),
    'reads is data, but volumeHandle is dir/v1/ml/{folder}, the same for a folder in every namespace, and two volumes with one handle are one; '
    + 'write {volume} in it, or leave reads out'],
])('a workspace with %s', (...[, options, platform, message]) => {
  expect(ofWorkspace(options, platform)).toBe(`platform rack cannot have workspace 'team-a': ${message}`);
});

describe('a store', () => {
  const s3 = (options: object): string => (
    messageOf(() => OnPremisesStore.s3({ endpoint: 'https://ceph.example.com', bucketName: 'artifacts', ...options } as S3StoreOptions))
  );
  const csi = (options: object): string => messageOf(() => OnPremisesStore.csi({ driver: 'csi.weka.io', volumeHandle: 'dir/v1/ml/{folder}', ...options } as CsiVolumeOptions));

  test('of S3 without keys, or with keys in two ways', () => {
    const remedy = 'give the name of a Secret with keys that each workspace has, or the role that its pods assume';
    expect(s3({})).toBe(`OnPremisesStore.s3: neither credentialsSecret nor tokens is set; ${remedy}`);
    expect(s3({ credentialsSecret: 'store', tokens: { roleArn: 'arn:aws:iam:::role/x' } })).toBe(`OnPremisesStore.s3: credentialsSecret and tokens are both set; ${remedy}`);
  });

  test('of S3 with what is not an endpoint, a bucket, a Secret or a role', () => {
    expect(s3({ endpoint: 'ceph.example.com' })).toBe('OnPremisesStore.s3: endpoint is \'ceph.example.com\'; give scheme and host, for example https://ceph.example.com');
    expect(s3({ bucketName: 'ml', credentialsSecret: 'store' })).toBe('bucket name ml is not valid for S3; give 3 to 63 lowercase letters, digits, hyphens and dots');
    expect(s3({ credentialsSecret: 'Store' })).toBe('OnPremisesStore.s3: credentialsSecret is \'Store\'; give the name of a Secret that each workspace has');
    expect(s3({ tokens: { roleArn: 'reader' } })).toBe('OnPremisesStore.s3 tokens: roleArn is \'reader\'; '
      + 'give the ARN of a role of the store, for example arn:aws:iam:::role/{namespace}.{serviceAccount}');
  });

  test('of NFS with a URL for a server, or a path that is not absolute', () => {
    const nfs = (server: string, path: string) => messageOf(() => OnPremisesStore.nfs({ server, path }));
    expect(nfs('nfs://nfs', '/ml')).toBe('OnPremisesStore.nfs: server is \'nfs://nfs\'; give its name or address, for example nfs.example.com');
    expect(nfs('nfs', 'ml/../x')).toBe('OnPremisesStore.nfs: path is \'ml/../x\'; give an absolute path, of letters, digits, - . and _, for example /mnt/ml');
  });

  test('of a driver whose volume is the same for all workspaces', () => {
    expect(csi({ volumeHandle: 'dir/v1/ml' })).toBe('OnPremisesStore.csi: neither volumeHandle nor volumeAttributes has {folder} in it, '
      + "so that every workspace would have the artifacts of all; write it where the folder of a workspace goes, for example volumeHandle: 'dir/v1/ml/{folder}'");
    expect(csi({ volumeHandle: 'fs-1', volumeAttributes: { rootPath: '/{folder}' } })).toBe('OnPremisesStore.csi: volumeHandle is \'fs-1\' for every workspace, '
      + 'and two volumes with one handle are one; write {volume} or {folder} in it');
  });

  test('of a class without a size', () => {
    expect(messageOf(() => OnPremisesStore.storageClass('weka', { size: 10 } as never))).toBe('OnPremisesStore.storageClass: size is 10, '
      + 'which is not a Size; write for example Size.tebibytes(10)');
  });
});

describe('a resource', () => {
  const modelError = (resources: object, platform: Platform = withPool()): string => messageOf(() => {
    const workspace = new Workspace(Testing.app(), 'team-a', { platform });
    new Model(workspace, 'tuned', { image: 'acme/trainer', resources });
    Testing.synth(workspace as Chart);
  });
  function withPool(): Platform {
    const platform = rack();
    platform.addGpuPool('dgx', { gpu: Gpu.NVIDIA_H100, gpusPerNode: 8, maxNodes: 2, nodeCpu: 112, nodeMemory: Size.gibibytes(1024) });
    platform.addWorkspace('team-a');
    return platform;
  }

  test('that asks for spot nodes', () => {
    expect(modelError({ gpu: Gpu.NVIDIA_H100, capacity: Capacity.SPOT })).toContain('a cluster on premises has only on-demand');
  });

  test('that asks for more than a node has', () => {
    expect(modelError({ gpu: Gpu.NVIDIA_H100, memory: Size.gibibytes(1500) })).toContain('memory is 1500Gi, but a node of pool dgx has 1024 GiB of memory for pods; '
      + 'ask for less, or add a pool with larger nodes');
    expect(modelError({ gpu: Gpu.NVIDIA_H100, gpuCount: 16 })).toContain('gpuCount is 16 but nodes with nvidia-h100 have 8 (pool dgx)');
  });
});
