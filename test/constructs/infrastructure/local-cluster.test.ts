import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { App, Chart, Size, Yaml } from 'cdk8s';
import { App as TerraformApp, TerraformStack, TerraformVariable } from 'cdktf';
import {
  ArtifactBucket, Capacity, Cloud, Cluster, ClusterAddons, ClusterFiles, Gpu, GpuSharing, ImageRegistry, LocalStore, PoolCapacity, Preview,
  Workspace,
} from '../../../src';
import type { ClusterProps, GpuNodePoolProps } from '../../../src';
import { kindErrors } from '../../clouds/local/kind-schema';
import { schemaErrors } from '../../schemas/validate';
import { messageOf, model, stack, synthErrors, temporary, untyped } from '../fixtures';
import { cluster as cloudCluster } from './clouds';
import { addonsOf, bucketOf, laptop, poolOf } from './local';

const STORES = {
  directory: LocalStore.directory('/srv/artifacts'),
  minio: LocalStore.minio(),
  s3: LocalStore.s3({ endpoint: 'http://ceph.example.com:7480/', credentialsSecret: 'ceph', region: 'main' }),
};

/** The texts of the files, by their name. */
function filesOf(owner: Cluster): Record<string, string> {
  const files = ClusterFiles.of(owner).write(join(temporary(), 'files'));
  return Object.fromEntries(files.map((file) => [basename(file), readFileSync(file, 'utf8')]));
}

describe('the platform', () => {
  test('has its artifacts in a directory of the node', () => {
    const owner = laptop({ store: STORES.directory });
    bucketOf(owner);
    expect(owner.platform.toJson()).toEqual({
      cloud: 'local', clusterName: 'laptop', artifacts: { url: 'file:///var/lib/substratus/laptop-artifacts' },
    });
  });

  test('has them in MinIO, whose keys no manifest holds', () => {
    const owner = laptop({ store: STORES.minio }, { artifactPrefix: 'ml' });
    bucketOf(owner);
    expect(owner.platform._spec.artifacts).toEqual({
      url: 's3://laptop-artifacts', endpoint: 'http://minio.minio:9000', credentialsSecret: 'artifact-store', prefix: 'ml',
    });
    expect(addonsOf(owner).map(({ kind }) => kind)).not.toContain('Secret');
  });

  test('has them in a store that exists', () => {
    const owner = laptop({ store: STORES.s3 });
    ArtifactBucket.fromBucketName(owner.node.root, 'artifacts', { cluster: owner, bucketName: 'team', artifactPrefix: 'ml' });
    expect(owner.platform._spec.artifacts).toEqual({
      url: 's3://team', prefix: 'ml', endpoint: 'http://ceph.example.com:7480', credentialsSecret: 'ceph', region: 'main',
    });
  });

  test('has a registry without TLS, by the name that pods and nodes know it by', () => {
    const owner = laptop();
    const { registryName, url } = new ImageRegistry(owner.node.root, 'images', { cluster: owner });
    expect([registryName, url]).toEqual(['kind-registry', 'kind-registry:5000']);
    expect(owner.platform._spec.registry).toEqual({ url: 'kind-registry:5000', insecure: true });
  });

  test.each(Object.entries(STORES))('runs all kinds: %s', (kind, store) => {
    const owner = laptop({ store, simulatedGpus: true });
    if (kind === 's3') ArtifactBucket.fromBucketName(owner.node.root, 'artifacts', { cluster: owner, bucketName: 'team' });
    else bucketOf(owner);
    poolOf(owner);
    owner.addWorkspace('team-a');
    const team = new Workspace(owner.node.root, 'team-a', { platform: owner.platform });
    stack(team);
    model(team, 'trained', { params: { steps: 1 }, resources: { gpu: Gpu.NVIDIA_L4, capacity: Capacity.ON_DEMAND } });
    expect(synthErrors(team)).toEqual(['no error']);
    const { children, manifests } = Preview.of(team);
    expect(new Set(children.map(({ step }) => step))).toEqual(new Set(['prepare', 'check', 'run', 'publish', 'serve']));
    expect(manifests.flatMap((object) => schemaErrors(object as object, 'current'))).toEqual([]);
  });
});

describe('the files', () => {
  test('are what kind reads, and a script that can be run', () => {
    const owner = laptop();
    bucketOf(owner);
    const files = ClusterFiles.of(owner).write();
    expect(files.map((file) => basename(file))).toEqual(['kind.yaml', 'up.sh']);
    expect(files.map((file) => statSync(file).mode & 0o777)).toEqual([0o644, 0o755]);
    const [configuration] = Yaml.load(files[0] ?? '') as unknown[];
    expect(kindErrors(configuration)).toEqual([]);
  });

  test('are beside the output of the App, in a folder of the cluster', () => {
    const owner = laptop({}, { clusterName: 'ml' });
    const { outdir } = owner.node.root as App;
    expect(ClusterFiles.of(owner).write().map((file) => dirname(file))).toEqual(Array(2).fill(join(dirname(outdir), 'clusters/ml')));
  });

  test('make the directory, and a folder for each workspace', () => {
    const owner = laptop({ store: STORES.directory });
    bucketOf(owner);
    owner.addWorkspace('team-a');
    const { 'kind.yaml': configuration, 'up.sh': script } = filesOf(owner);
    expect(configuration).toContain('- hostPath: /srv/artifacts\n        containerPath: /var/lib/substratus/laptop-artifacts\n');
    expect(script).toContain("\nmake_directory '/srv/artifacts'\nmake_directory '/srv/artifacts/team-a'\n");
    expect(script).not.toContain('registry');
    expect(script).not.toContain('secret');
  });

  test('case 17: give the node the directories that workspaces may read, each once and read-only', () => {
    const owner = laptop({ store: STORES.directory });
    bucketOf(owner);
    for (const namespace of ['team-a', 'team-b']) owner.addWorkspace(namespace, { readableBuckets: [{ url: 'file:///srv/weights' }] });
    const { 'kind.yaml': configuration = '' } = filesOf(owner);
    expect(configuration.match(/- hostPath: \/srv\/weights\n {8}containerPath: \/srv\/weights\n {8}readOnly: true/g)).toHaveLength(1);
  });

  test('make keys for MinIO and give them to the workspaces, whenever these were added', () => {
    const owner = laptop({ store: LocalStore.minio({ namespace: 'store' }) });
    owner.addWorkspace('team-a');
    bucketOf(owner);
    owner.addWorkspace('team-b');
    expect(filesOf(owner)['up.sh']).toMatch(/^store='store'$[^]*^copy_keys 'team-a'\ncopy_keys 'team-b'$/m);
  });

  test('have the registry, the image of the node and the GPUs that were declared', () => {
    const owner = laptop({ simulatedGpus: true, nodeImage: 'kindest/node:v1.33.1' }, { kubernetesVersion: '1.33' });
    new ImageRegistry(owner.node.root, 'images', { cluster: owner });
    poolOf(owner, 'gpus', { gpu: Gpu.AMD_MI300X, gpusPerNode: 4 });
    const { 'kind.yaml': configuration, 'up.sh': script } = filesOf(owner);
    expect(configuration).toContain('image: kindest/node:v1.33.1');
    expect(script).toContain('docker run -d --restart=always');
    expect(script).toContain('"path":"/status/capacity/amd.com~1gpu","value":"4"');
    expect(owner.platform._spec.kubernetesVersion).toBe('1.33');
  });

  test('hand the GPUs of this machine to the node, unless they are simulated', () => {
    const owner = laptop();
    poolOf(owner);
    expect(filesOf(owner)['kind.yaml']).toContain('containerPath: /var/run/nvidia-container-devices/all');
    expect(addonsOf(owner).map(({ metadata }) => metadata?.name)).toEqual(['nvidia-device-plugin']);
    const simulated = laptop({ simulatedGpus: true });
    poolOf(simulated);
    expect(addonsOf(simulated)).toEqual([]);
  });

  test('are the same bytes each time', () => {
    const texts = (): Record<string, string> => {
      const owner = laptop({ store: STORES.minio, simulatedGpus: true });
      bucketOf(owner);
      poolOf(owner);
      owner.addWorkspace('team-a');
      return filesOf(owner);
    };
    expect(texts()).toEqual(texts());
  });
});

test('A20: the keys of the store are in the workspaces, and not where these build', () => {
  const owner = laptop({ store: STORES.minio });
  bucketOf(owner);
  owner.addWorkspace('team-a', { builds: true });
  const script = Object.entries(filesOf(owner)).find(([name]) => name.endsWith('.sh'))?.[1];
  expect(script).toContain('team-a');
  expect(script).not.toContain('team-a-builds');
});

test('MinIO is an add-on: a namespace for it alone, its objects, and the Job that makes the bucket', () => {
  const owner = laptop({ store: LocalStore.minio({ namespace: 'store', size: Size.gibibytes(5) }) });
  bucketOf(owner);
  const objects = addonsOf(owner);
  expect(objects.map(({ kind, metadata }) => `${kind ?? ''} ${metadata?.namespace ?? ''}`)).toEqual([
    'Namespace ', 'PersistentVolumeClaim store', 'Service store', 'Deployment store', 'Job store',
  ]);
  expect(objects[1]).toMatchObject({ spec: { resources: { requests: { storage: '5Gi' } } } });
  expect(objects.flatMap((object) => schemaErrors(object, '1.27'))).toEqual([]);
});

test('the bucket and the GPUs may be declared before or after the add-ons: the same bytes', () => {
  const addons = (inOrder: (parts: () => void, declare: () => void) => void): string => {
    const owner = laptop({ store: STORES.minio });
    const app = new App();
    inOrder(() => {
      poolOf(owner);
      bucketOf(owner);
    }, () => void new ClusterAddons(new Chart(app, 'system'), 'addons', { platform: owner.platform }));
    return app.synthYaml();
  };
  const before = addons((parts, declare) => { parts(); declare(); });
  expect(before).toMatch(/kind: Job[^]*laptop-artifacts[^]*nvidia-device-plugin/);
  expect(addons((parts, declare) => { declare(); parts(); })).toBe(before);
});

test('a pool has the machine that there is, and may say more nodes than one, as on a cloud', () => {
  const owner = laptop();
  expect(poolOf(owner, 'gpus', { maxNodes: 8 }).machineType).toBe('local');
});

test('the same constructs may lie in a stack of cdktf, which gets no resource of them', () => {
  const cdktf = new TerraformApp({ outdir: join(temporary(), 'cdktf.out') });
  const terraform = new TerraformStack(cdktf, 'laptop');
  const owner = new Cluster(terraform, 'ml', { cloud: Cloud.local() });
  new ArtifactBucket(terraform, 'artifacts', { cluster: owner });
  expect((terraform.toTerraform() as { resource?: unknown }).resource).toBeUndefined();
  expect(ClusterFiles.of(owner).write()[0]).toBe(join(dirname(cdktf.outdir), 'clusters/ml/kind.yaml'));
});

test('no cdktf is loaded', () => {
  jest.isolateModules(() => {
    jest.doMock('cdktf', () => { throw new Error('cdktf was loaded'); });
    const fresh = jest.requireActual<{ ArtifactBucket: typeof ArtifactBucket; Cloud: typeof Cloud; Cluster: typeof Cluster; ClusterFiles: typeof ClusterFiles }>('../../../src');
    const owner = new fresh.Cluster(new App(), 'laptop', { cloud: fresh.Cloud.local() });
    new fresh.ArtifactBucket(owner.node.root, 'artifacts', { cluster: owner });
    expect(fresh.ClusterFiles.of(owner).write(join(temporary(), 'files'))).toHaveLength(2);
  });
  jest.dontMock('cdktf');
});

describe('fails when', () => {
  const ONLY = {
    cluster: 'cloud, clusterName, kubernetesVersion, artifactPrefix, outputsFile, images, imageMirrors, mirrors, gpuDriver, podDefaults',
    gpuPool: 'cluster, gpu, gpusPerNode, poolName, minNodes, maxNodes, capacity',
  };

  test.each<[Partial<ClusterProps>, string]>([
    [{ cidr: '10.1.0.0/16' }, `cidr is '10.1.0.0/16', but a local cluster takes only ${ONLY.cluster}; leave it out`],
    [{ allowedCidrs: ['203.0.113.0/24'] }, `allowedCidrs is ["203.0.113.0/24"], but a local cluster takes only ${ONLY.cluster}; leave it out`],
    [{ deletionProtection: true }, `deletionProtection is true, but a local cluster takes only ${ONLY.cluster}; leave it out`],
    [{ clusterName: 'My laptop' }, 'cluster name My laptop is not valid for kind; give up to 50 lowercase letters, digits and hyphens'],
    [{ kubernetesVersion: '1.33' }, 'kubernetesVersion is 1.33, but kind takes it from the image of the node; '
      + 'give that too, for example Cloud.local({ nodeImage: \'kindest/node:v1.33.0\' })'],
    [{ kubernetesVersion: '1.33', cloud: Cloud.local({ nodeImage: 'kindest/node:v1.31.4' }) },
      'kubernetesVersion is 1.33, but nodeImage is kindest/node:v1.31.4, of 1.31; give the same version in both'],
  ])('the cluster is %j', (props, message) => {
    expect(messageOf(() => laptop({}, props))).toBe(`[laptop] ${message}`);
  });

  test.each<[string, Partial<GpuNodePoolProps>, string]>([
    ['on spot', { spot: true }, `spot is true, but a local cluster takes only ${ONLY.gpuPool}; leave it out`],
    ['shared', { sharing: GpuSharing.mig('1g.5gb') }, `sharing is a GpuSharing, but a local cluster takes only ${ONLY.gpuPool}; leave it out`],
    ['of a machine type', { machineType: 'g2-standard-4' }, `machineType is 'g2-standard-4', but a local cluster takes only ${ONLY.gpuPool}; leave it out`],
    ['reserved', { capacity: PoolCapacity.reservation('r') }, 'pool gpus is reservation, but nodes of a local cluster are on-demand; leave capacity out'],
    ['of many nodes', { minNodes: 2, maxNodes: 2 }, 'minNodes of pool gpus is 2, but a local cluster is one node; leave minNodes out'],
    ['of others than NVIDIA', { gpu: Gpu.AMD_MI300X },
      'pool gpus has amd-mi300x, which Docker cannot hand to a node; use a GPU of NVIDIA, or Cloud.local({ simulatedGpus: true })'],
  ])('a pool is %s', (_, props, message) => {
    expect(messageOf(() => poolOf(laptop(), 'gpus', props))).toBe(`[gpus] ${message}`);
  });

  test('there are two pools, or one without GPUs', () => {
    const owner = laptop();
    poolOf(owner);
    expect(messageOf(() => poolOf(owner, 'more')))
      .toBe('[more] pool more is invalid: a local cluster is one node, which has the GPUs of pool gpus; leave one of them out');
    expect(messageOf(() => owner.addNodePool('cpus', { machineType: 'm', maxNodes: 1 })))
      .toBe('[laptop/cpus] pool cpus is invalid: a local cluster is one node, which runs what needs no GPU too; leave it out');
  });

  test('the bucket is to be what a laptop has not', () => {
    const bucket = (props: object): string => messageOf(() => {
      const owner = laptop();
      new ArtifactBucket(owner.node.root, 'artifacts', { cluster: owner, ...props });
    });
    expect(bucket({ encryptionKey: 'k' })).toBe('[artifacts] encryptionKey is \'k\', but a local cluster takes only cluster, bucketName, destroyable; leave it out');
    expect(bucket({ retentionDays: 14 })).toBe('[artifacts] retentionDays is 14, but a local cluster takes only cluster, bucketName, destroyable; leave it out');
    expect(bucket({ bucketName: 'My_Bucket' })).toBe('[artifacts] bucket name My_Bucket is not valid for S3; give 3 to 63 lowercase letters, digits, hyphens and dots');
  });

  test('the registry is to be what a laptop has not', () => {
    const owner = laptop();
    expect(messageOf(() => new ImageRegistry(owner.node.root, 'images', { cluster: owner, pullThrough: ['ghcr.io'] })))
      .toBe('[images] pullThrough is ["ghcr.io"], but a local cluster takes only cluster, destroyable; leave it out');
  });

  test('a bucket is made where one exists, or the other way round', () => {
    expect(messageOf(() => bucketOf(laptop({ store: STORES.s3 })))).toBe('[artifacts] bucket laptop-artifacts is in a store that exists, '
      + 'where nothing is made from here; make it there, and reference it by ArtifactBucket.fromBucketName');
    const owner = laptop({ store: STORES.minio });
    expect(messageOf(() => ArtifactBucket.fromBucketName(owner.node.root, 'artifacts', { cluster: owner, bucketName: 'old' })))
      .toBe('[artifacts] bucket old cannot exist before the cluster that it is made with; write new ArtifactBucket(...)');
  });

  test('rights are to be given to others than workspaces', () => {
    const bucket = bucketOf(laptop());
    expect(messageOf(() => bucket.grantRead({ namespace: 'jobs', serviceAccountName: 'report' }, { prefix: 'team-a' })))
      .toBe('[artifacts] jobs/report cannot be given rights: a local cluster knows only workspaces; declare one with addWorkspace');
  });

  test('a workspace has no bucket', () => {
    const owner = laptop();
    owner.addWorkspace('team-a');
    const message = 'cluster laptop has no bucket for the artifacts of its workspaces; add new ArtifactBucket(stack, \'artifacts\', { cluster })';
    expect(messageOf(() => (owner.node.root as App).synthYaml())).toBe(`Validation failed with the following errors:\n  [laptop] ${message}`);
    expect(messageOf(() => ClusterFiles.of(owner).write())).toBe(`[laptop] ${message}`);
  });

  test('a local cluster is to exist already', () => {
    expect(messageOf(() => Cluster.fromAttributes(new App(), 'old', { cloud: Cloud.local(), clusterName: 'old' })))
      .toBe('[old] cluster old is a local one that exists, to which nothing can be added from here; describe it with Platform.local');
  });

  test('the files are asked of a cluster that Terraform makes, or to be where all gets applied', () => {
    expect(messageOf(() => ClusterFiles.of(cloudCluster('gcp'))))
      .toBe('[cloud/ml] there are no files of a cluster on Google Cloud: Terraform makes it; leave ClusterFiles out');
    const owner = laptop();
    const { outdir } = owner.node.root as App;
    expect(messageOf(() => ClusterFiles.of(owner).write(join(outdir, 'kind'))))
      .toBe(`[laptop] ${join(outdir, 'kind')} lies in ${outdir}, where everything gets applied; write to a directory beside it`);
    expect(messageOf(() => ClusterFiles.of(owner).write(''))).toBe('[laptop] directory is \'\'; name one, for example \'deploy\'');
  });

  const late = new TerraformVariable(new TerraformStack(new TerraformApp(), 's'), 'late', { type: 'string' }).stringValue;
  const token = 'holds a cdktf token, which has no value before the deployment; '
    + 'write the value itself, or read it from the outputs file of `cdktf output --outputs-file`';

  test.each<[string, () => unknown]>([
    ['Cloud.local has no prop simulated; did you mean simulatedGpus?', () => Cloud.local(untyped({ simulated: true }))],
    ['Cloud.local: simulatedGpus is 2; give true or false', () => Cloud.local(untyped({ simulatedGpus: 2 }))],
    ['Cloud.local: store is \'minio\'; write LocalStore.directory(), LocalStore.minio() or LocalStore.s3({ ... })', () => Cloud.local(untyped({ store: 'minio' }))],
    ['Cloud.local: nodeImage is \'\'; give an image, for example \'kindest/node:v1.33.1\'', () => Cloud.local({ nodeImage: '' })],
    [`Cloud.local: nodeImage ${token}`, () => Cloud.local({ nodeImage: late })],
    ['LocalStore.directory: path is \'\'; give a directory, for example \'/srv/artifacts\'', () => LocalStore.directory('')],
    [`path ${token}`, () => LocalStore.directory(late)],
    ['LocalStore.minio: namespace is \'My store\'; use lower-case letters, digits and - inside', () => LocalStore.minio({ namespace: 'My store' })],
    ['LocalStore.minio: size is \'20Gi\', which is not a Size; write for example Size.gibibytes(20)', () => LocalStore.minio(untyped({ size: '20Gi' }))],
    ['LocalStore.s3: endpoint is \'ceph\'; give scheme and host, for example http://ceph.example.com:7480', () => LocalStore.s3({ endpoint: 'ceph', credentialsSecret: 'ceph' })],
    ['LocalStore.s3: credentialsSecret is \'\'; give the name of a Secret that each workspace has', () => LocalStore.s3({ endpoint: 'http://ceph', credentialsSecret: '' })],
  ])('what is asked for cannot be: %s', (message, act) => {
    expect(messageOf(act)).toBe(message);
  });
});
