import { Gpu, Platform } from '../../../src';
import { messageOf, untyped } from '../fixtures';

const IDS = { artifactWriter: 'w', artifactReader: 'r', imageBuilder: 'b' };

test('a platform is plain JSON on each cloud', () => {
  expect(Platform.gcp({ clusterName: 'ml', bucketName: 'acme', artifactPrefix: '/ml/', registry: 'us-docker.pkg.dev/acme/ml/' }).toJson())
    .toEqual({ cloud: 'gcp', clusterName: 'ml', artifacts: { url: 'gs://acme', prefix: 'ml' }, registry: { url: 'us-docker.pkg.dev/acme/ml' } });
  expect(Platform.aws({ clusterName: 'ml', bucketName: 'acme', region: 'us-east-1', kubernetesVersion: '1.33' }).toJson())
    .toEqual({ cloud: 'aws', clusterName: 'ml', kubernetesVersion: '1.33', artifacts: { url: 's3://acme', region: 'us-east-1' } });
  expect(Platform.azure({ clusterName: 'ml', storageAccount: 'acme', resourceGroup: 'ML_group' }).toJson())
    .toEqual({ cloud: 'azure', clusterName: 'ml', artifacts: { url: 'az://acme', resourceGroup: 'ML_group' } });
  expect(Platform.local({ clusterName: 'kind', registry: 'localhost:5000', insecureRegistry: true }).toJson()).toEqual({
    cloud: 'local', clusterName: 'kind', artifacts: { url: 'file:///var/lib/substratus/artifacts' }, registry: { url: 'localhost:5000', insecure: true },
  });
});

test('a local cluster may have a store that speaks S3', () => {
  const s3 = { endpoint: 'http://minio:9000', bucketName: 'acme', credentialsSecret: 'minio' };
  expect(Platform.local({ clusterName: 'kind', s3 }).toJson()).toEqual({
    cloud: 'local', clusterName: 'kind', artifacts: { url: 's3://acme', endpoint: 'http://minio:9000', credentialsSecret: 'minio' },
  });
});

test('pools and workspaces that are added are in it', () => {
  const platform = Platform.azure({ clusterName: 'ml', storageAccount: 'acme', resourceGroup: 'ml', tenantId: 't' });
  const before = platform.toJson();
  platform.addGpuPool('t4', { gpu: Gpu.NVIDIA_T4, spot: true, maxNodes: 4, nodeLabels: { pool: 't4' } });
  platform.addWorkspace('team-a', { reads: ['shared'], builds: true, clientIds: IDS });
  expect(before).not.toHaveProperty('gpuPools');
  expect(platform.toJson()).toMatchObject({
    gpuPools: [{ name: 't4', gpu: 'nvidia-t4', gpusPerNode: 1, capacity: 'spot', maxNodes: 4, nodeLabels: { pool: 't4' } }],
    workspaces: [{
      namespace: 'team-a', reads: ['shared'], builds: true, tenantId: 't',
      clientIds: { 'artifact-writer': 'w', 'artifact-reader': 'r', 'image-builder': 'b' },
    }],
  });
});

test('A20: a workspace that builds does so in a namespace of its own, unless it says another or its own', () => {
  const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme' });
  platform.addWorkspace('team-a', { builds: true });
  platform.addWorkspace('team-b', { builds: true, buildNamespace: 'ci' });
  platform.addWorkspace('team-c', { builds: true, buildNamespace: 'team-c' });
  platform.addWorkspace('team-d');
  expect(platform.toJson()).toMatchObject({
    workspaces: [
      { namespace: 'team-a', builds: true, buildNamespace: 'team-a-builds' },
      { namespace: 'team-b', builds: true, buildNamespace: 'ci' },
      { namespace: 'team-c', builds: true, buildNamespace: undefined },
      { namespace: 'team-d', buildNamespace: undefined },
    ].map((workspace) => JSON.parse(JSON.stringify(workspace)) as object),
  });
  const after = (namespace: string, options: object) => () => {
    platform.addWorkspace(namespace, options);
  };
  const refused = (namespace: string, reason: string) => `platform ml cannot have workspace '${namespace}': ${reason}`;
  expect(messageOf(after('team-a-builds', {}))).toBe(refused('team-a-builds', 'workspace team-a builds in it; give that one another buildNamespace'));
  expect(messageOf(after('team-e', { builds: true, buildNamespace: 'ci' })))
    .toBe(refused('team-e', 'its images would be built in namespace ci, which is where workspace team-b builds; set buildNamespace to another'));
  expect(messageOf(after('team-e', { builds: true, buildNamespace: 'team-d' })))
    .toBe(refused('team-e', 'its images would be built in namespace team-d, which is a workspace itself; set buildNamespace to another'));
});

test('a workspace says whether drains wait for its runs, and says nothing where they do not', () => {
  const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme' });
  platform.addWorkspace('team-a', { drainsWaitForRuns: true });
  platform.addWorkspace('team-b', { drainsWaitForRuns: false });
  expect(platform.toJson()).toEqual(expect.objectContaining({ workspaces: [{ namespace: 'team-a', drainsWaitForRuns: true }, { namespace: 'team-b' }] }));
});

test('the name of a cluster is not a place: it may begin as one of another cloud', () => {
  const platform = Platform.azure({ clusterName: 'china-team', storageAccount: 'chinateam', resourceGroup: 'usgov', location: 'westeurope' });
  expect(platform.toJson()).toMatchObject({ clusterName: 'china-team', region: 'westeurope' });
});

test('a workspace says who comes in and what is reached, where it is not the default', () => {
  const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme', storeCidrs: ['199.36.153.8/30'] });
  platform.addWorkspace('team-a', { private: true, serversOpenTo: ['gateway'] });
  platform.addWorkspace('team-b', { networkPolicies: false });
  platform.addWorkspace('team-c', { networkPolicies: true, private: false });
  expect(platform.toJson()).toMatchObject({
    artifacts: { cidrs: ['199.36.153.8/30'] },
    workspaces: [{ namespace: 'team-a', private: true, serversOpenTo: ['gateway'] }, { namespace: 'team-b', networkPolicies: false }, { namespace: 'team-c' }],
  });
});

const platform = (): Platform => Platform.gcp({ clusterName: 'ml', bucketName: 'acme' });
const pool = (options: object) => () => platform().addGpuPool('l4', untyped({ gpu: Gpu.NVIDIA_L4, ...options }));
const gcp = (props: object) => () => Platform.gcp(untyped({ clusterName: 'ml', bucketName: 'acme', ...props }));
const azure = (props: object) => () => Platform.azure(untyped({ clusterName: 'ml', storageAccount: 'acme', resourceGroup: 'ml', ...props }));
const team = (options: object) => () => platform().addWorkspace('team-a', untyped(options));

test.each<readonly [string, () => unknown, string]>([
  ['no props', () => Platform.aws(untyped(undefined)), 'props are undefined; give an object'],
  ['no name', gcp({ clusterName: undefined }), 'clusterName is undefined; use lower-case letters, digits and - inside, 63 characters at most'],
  ['a name with capitals', gcp({ clusterName: 'ML' }), "clusterName is 'ML'; use lower-case letters, digits and - inside, 63 characters at most"],
  ['no bucket', gcp({ bucketName: undefined }), 'bucketName is undefined; give its name alone, without scheme and path'],
  ['a bucket with its scheme', gcp({ bucketName: 'gs://acme' }), "bucketName is 'gs://acme'; give its name alone, without scheme and path"],
  ['no region', () => Platform.aws(untyped({ clusterName: 'ml', bucketName: 'a' })), 'region is undefined; give its name alone, without scheme and path'],
  ['a patch version', gcp({ kubernetesVersion: '1.33.2' }), "kubernetesVersion is '1.33.2'; give major and minor, for example '1.33'"],
  ['an old version', gcp({ kubernetesVersion: '1.26' }), "kubernetesVersion is '1.26'; the oldest that is supported is 1.27"],
  ['an image of no helper', gcp({ images: { rclon: 'x' } }), "images has 'rclon', which is not an image of ours; use rclone"],
  ['a directory of nowhere', () => Platform.local({ clusterName: 'kind', directory: 'var' }), "directory is 'var'; give an absolute path of the node"],
  ['two stores', () => Platform.local(untyped({ clusterName: 'kind', directory: '/a', s3: {} })), 'platform kind has a directory and an S3 store; leave one out'],
  ['a GPU that the cloud has not', pool({ gpu: Gpu.NVIDIA_GB200 }), "platform ml cannot have GPU pool 'l4': Google Cloud has no machine with nvidia-gb200 (192 GiB); "
    + 'use the nearest that it has: nvidia-b200 (180 GiB), nvidia-h200 (141 GiB), nvidia-rtx-pro-6000 (96 GiB)'],
  ['a count that no machine has', pool({ gpusPerNode: 3 }),
    "platform ml cannot have GPU pool 'l4': no machine of Google Cloud has 3 nvidia-l4; it has machines with 1, 2, 4, 8"],
  ['half a GPU', pool({ gpusPerNode: 0.5 }), "platform ml cannot have GPU pool 'l4': gpusPerNode is 0.5; give a whole number, 1 or more"],
  ['fewer than no GPU', pool({ gpusPerNode: -1 }), "platform ml cannot have GPU pool 'l4': gpusPerNode is -1; give a whole number, 1 or more"],
  ['no nodes', pool({ maxNodes: 0 }), "platform ml cannot have GPU pool 'l4': maxNodes is 0; give a whole number, 1 or more"],
  ['a GPU by its name', pool({ gpu: 'nvidia-l4' }),
    "platform ml cannot have GPU pool 'l4': gpu is 'nvidia-l4', which is not a Gpu; write for example Gpu.NVIDIA_L4, or Gpu.of('nvidia-l4')"],
  ['spot nodes where there are none', () => Platform.local({ clusterName: 'kind' }).addGpuPool('l4', { gpu: Gpu.NVIDIA_L4, spot: true }),
    "platform kind cannot have GPU pool 'l4': a local cluster has no spot nodes; leave spot out"],
  ['flex-start nodes where there are none', () => Platform.aws({ clusterName: 'ml', bucketName: 'acme', region: 'us-east-1' })
    .addGpuPool('l4', { gpu: Gpu.NVIDIA_L4, flexStart: true }),
  "platform ml cannot have GPU pool 'l4': AWS has no flex-start nodes; leave flexStart out"],
  ['spot nodes that are flex-start nodes', () => Platform.gcp({ clusterName: 'ml', bucketName: 'acme' })
    .addGpuPool('l4', { gpu: Gpu.NVIDIA_L4, spot: true, flexStart: true }),
  "platform ml cannot have GPU pool 'l4': spot and flexStart are true; leave one of them out"],
  ['queued nodes where there are none', () => Platform.aws({ clusterName: 'ml', bucketName: 'acme', region: 'us-east-1' })
    .addGpuPool('l4', { gpu: Gpu.NVIDIA_L4, queued: true }),
  "platform ml cannot have GPU pool 'l4': AWS has no queued nodes; leave queued out"],
  ['queued nodes that are flex-start nodes without a queue', () => Platform.gcp({ clusterName: 'ml', bucketName: 'acme' })
    .addGpuPool('l4', { gpu: Gpu.NVIDIA_L4, flexStart: true, queued: true }),
  "platform ml cannot have GPU pool 'l4': flexStart and queued are true; leave one of them out"],
  ['a namespace with capitals', () => platform().addWorkspace('Team'), "platform ml cannot have workspace 'Team': not a valid namespace name; use lower-case letters, digits and - inside"],
  ['a namespace of nobody that may come in', team({ serversOpenTo: ['Gateway'] }), "platform ml cannot have workspace 'team-a': serversOpenTo has 'Gateway', "
    + 'which is not a valid namespace name; use lower-case letters, digits and - inside'],
  ['Servers that are open to themselves', team({ serversOpenTo: ['team-a'] }),
    "platform ml cannot have workspace 'team-a': serversOpenTo has team-a itself; leave it out, for a workspace reaches its own Servers"],
  ['a private workspace without policies', team({ private: true, networkPolicies: false }), "platform ml cannot have workspace 'team-a': "
    + 'private is true but networkPolicies is false, so nothing would keep it so; leave networkPolicies out'],
  ['open Servers without policies', team({ serversOpenTo: ['gateway'], networkPolicies: false }), "platform ml cannot have workspace 'team-a': "
    + 'serversOpenTo is set but networkPolicies is false, so Servers are open to all; leave one of them out'],
  ['a place to build where nothing is built', team({ buildNamespace: 'ci' }),
    "platform ml cannot have workspace 'team-a': buildNamespace is set but builds is not; set builds: true, or leave buildNamespace out"],
  ['builds in words', team({ builds: 'yes' }), "platform ml cannot have workspace 'team-a': builds is 'yes'; give true or false"],
  ['a place to build with capitals', team({ builds: true, buildNamespace: 'CI' }), "platform ml cannot have workspace 'team-a': its images would be built in "
    + "namespace 'CI', which is not a valid namespace name; set buildNamespace to one of lower-case letters, digits and -, 63 characters at most"],
  ['a place to build of Kubernetes', team({ builds: true, buildNamespace: 'kube-system' }),
    "platform ml cannot have workspace 'team-a': buildNamespace is 'kube-system', which belongs to Kubernetes; use a namespace of your own"],
  ['a name without room for the place to build', () => platform().addWorkspace('a'.repeat(60), { builds: true }), `platform ml cannot have workspace '${'a'.repeat(60)}': `
    + `its images would be built in namespace '${'a'.repeat(60)}-builds', which is not a valid namespace name; set buildNamespace to one of lower-case letters, digits and -, 63 characters at most`],
  ['privacy in words', team({ private: 'yes' }), "platform ml cannot have workspace 'team-a': private is 'yes'; give true or false"],
  ['a location of another Azure', azure({ location: 'usgovvirginia' }), 'location usgovvirginia is of Azure Government, which has other endpoints and names of '
    + 'services and is not supported; use a location of the global Azure'],
  ['a registry of another Azure', azure({ registry: 'acme.azurecr.cn/ml' }), 'registry acme.azurecr.cn is of Azure China, which has other endpoints and names of '
    + 'services and is not supported; use a location of the global Azure'],
  ['a region of another AWS', () => Platform.aws({ clusterName: 'ml', bucketName: 'acme', region: 'us-iso-east-1' }), 'region us-iso-east-1 is of an isolated AWS, which has '
    + 'other endpoints and names of services and is not supported; use a region of AWS, AWS GovCloud (US) or AWS China'],
  ['a region of another Google', gcp({ region: 'u-france-east1' }), 'region u-france-east1 is of a sovereign cloud of a partner of Google, which has other '
    + 'endpoints and names of services and is not supported; use a region of Google Cloud itself'],
  ['a drain in words', team({ drainsWaitForRuns: 'yes' }), "platform ml cannot have workspace 'team-a': drainsWaitForRuns is 'yes'; give true or false"],
  ['a range of no addresses', gcp({ storeCidrs: ['199.36.153.8'] }), "storeCidrs has '199.36.153.8'; give a range such as 199.36.153.8/30"],
  ['a read of no namespace', team({ reads: ['Team'] }),
    "platform ml cannot have workspace 'team-a': reads has 'Team', which is not a valid namespace name; use lower-case letters, digits and - inside"],
  ['a read of itself', team({ reads: ['team-a'] }),
    "platform ml cannot have workspace 'team-a': reads has team-a itself; leave it out, for a workspace reads its own artifacts"],
  ['a read twice', team({ reads: ['b', 'b'] }), "platform ml cannot have workspace 'team-a': reads has b twice; name it once"],
  ['an empty client id', team({ clientIds: { ...IDS, artifactReader: '' } }),
    "platform ml cannot have workspace 'team-a': client id of artifact-reader is empty; leave clientIds out until it is known"],
])('%s is refused', (_, action, message) => {
  expect(messageOf(action)).toBe(message);
});

test('what was added is added once', () => {
  const ml = platform();
  ml.addWorkspace('team-a');
  ml.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4 });
  expect(messageOf(() => ml.addWorkspace('team-a'))).toBe("platform ml cannot have workspace 'team-a': there is one already; add it once");
  expect(messageOf(() => ml.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4 })))
    .toBe("platform ml cannot have GPU pool 'l4': there is one already; give this one another name");
});

test('nodes without a pool are refused where the cloud brings up none', () => {
  expect(messageOf(() => Platform.local({ clusterName: 'kind', autoProvisioning: true })))
    .toBe('autoProvisioning is true but on a local cluster no node comes up without a pool; leave it out, and declare pools with addGpuPool');
  expect(Platform.gcp({ clusterName: 'ml', bucketName: 'acme', autoProvisioning: true }).toJson()).toMatchObject({ autoProvisioning: true });
});
