/** Case 17: a Model whose files are there already is read where they are, on every cloud, and nothing runs for it. */
import type { PodSpec, Volume } from 'kubernetes-types/core/v1';
import type { ModelSourceSpec } from '../../src/api/model-source';
import type { PlatformSpec } from '../../src/api/platform';
import type { ModelSpec } from '../../src/api/resource';
import { artifactOf, checkExpandable, expand, expandWorkspace } from '../../src/expand';
import { schemaErrors } from '../schemas/validate';
import { artifact, CLOUDS, model, NAMESPACE, notebook, platformOf, server } from './fixtures';
import { baselineViolations, restrictedViolations } from './pod-security';

const URLS = {
  'gcp': 'gs://acme-weights/llama', 'aws': 's3://acme-weights/llama', 'azure': 'az://acmeweights/models/llama', 'local': 'file:///data/llama',
  'on-premises': 'nfs://nfs.example.com/weights/llama',
} as const;
const CLAIM: ModelSourceSpec = { claim: { name: 'llama', path: 'v1/hf' } };
const IMAGE: ModelSourceSpec = { image: { reference: 'registry.example.com/acme/llama:1' } };
const S3 = { url: 's3://artifacts', endpoint: 'http://minio.minio:9000', credentialsSecret: 'store' };

/** A platform whose workspace may read a bucket of others. */
function reading(cloud: string, url: string = URLS[cloud as keyof typeof URLS], changes: Partial<PlatformSpec> = {}): PlatformSpec {
  const { workspaces = [], ...platform } = platformOf(cloud, { kubernetesVersion: '1.35', ...changes });
  return { ...platform, workspaces: workspaces.map((workspace) => ({ ...workspace, readableBuckets: [{ url }] })) };
}

function sourced(source: ModelSourceSpec, more: ModelSpec = {}) {
  const { spec: { image: _, ...spec }, ...rest } = model(more, 'llama');
  return { ...rest, spec: { ...spec, source } };
}

function podOf(platform: PlatformSpec, source: ModelSourceSpec, resource = server({ model: { name: 'llama' } })): PodSpec {
  const inputs = { model: artifactOf(sourced(source), platform, {}) };
  const deployment = expand(resource, { platform, inputs }).find(({ object }) => object.kind === 'Deployment')?.object;
  return (deployment as { spec?: { template: { spec: PodSpec } } } | undefined)?.spec?.template.spec as PodSpec;
}

/** The volume of a pod that is mounted as its model, and how. */
function mountOf({ containers: [container], volumes = [] }: PodSpec) {
  const mount = container?.volumeMounts?.find(({ mountPath }) => mountPath === '/content/model');
  return { mount, volume: volumes.find(({ name }) => name === mount?.name) as Volume };
}

test.each(CLOUDS)('case 17: no Job, no volume and nothing else is made for a source on %s', (cloud) => {
  const platform = reading(cloud);
  for (const source of [{ bucket: { url: URLS[cloud] } }, CLAIM, IMAGE]) {
    expect(expand(sourced(source), { platform, inputs: {} })).toEqual([]);
    expect(() => checkExpandable(sourced(source), { platform, inputs: {} })).not.toThrow();
  }
});

describe('case 17: a bucket is mounted by the driver of the cloud', () => {
  test('AWS: through a volume of the workspace with bucket and prefix, as the right of the pod, and read-only', () => {
    const platform = reading('aws');
    const { mount, volume } = mountOf(podOf(platform, { bucket: { url: URLS.aws } }));
    const objects = expandWorkspace(platform, NAMESPACE) as { kind: string; metadata: { name: string }; spec: Record<string, unknown> }[];
    const claimName = volume.persistentVolumeClaim?.claimName ?? '';
    expect(volume.persistentVolumeClaim).toEqual({ claimName: expect.stringMatching(/^readable-bucket-\w{8}$/) as string, readOnly: true });
    expect(mount).toEqual({ name: 'model', mountPath: '/content/model', readOnly: true });
    expect(objects.find(({ kind, metadata: { name } }) => kind === 'PersistentVolume' && name === `ml-${NAMESPACE}-${claimName}`)?.spec).toMatchObject({
      accessModes: ['ReadOnlyMany'],
      persistentVolumeReclaimPolicy: 'Retain',
      mountOptions: ['prefix llama/', 'read-only', 'allow-other', 'metadata-ttl 60'],
      csi: { driver: 's3.csi.aws.com', volumeAttributes: { bucketName: 'acme-weights', authenticationSource: 'pod' } },
      claimRef: { namespace: NAMESPACE, name: claimName },
    });
  });

  test('a folder below what the workspace may read is a subPath of its volume', () => {
    const { mount } = mountOf(podOf(reading('aws', 's3://acme-weights'), { bucket: { url: URLS.aws } }));
    expect(mount).toEqual({ name: 'model', mountPath: '/content/model', subPath: 'llama', readOnly: true });
  });

  test('Google Cloud: inline, by its folder alone, and read again after a while', () => {
    const { volume } = mountOf(podOf(reading('gcp', 'gs://acme-weights'), { bucket: { url: URLS.gcp } }));
    expect(volume.csi).toEqual({
      driver: 'gcsfuse.csi.storage.gke.io',
      readOnly: true,
      volumeAttributes: {
        bucketName: 'acme-weights', mountOptions: 'implicit-dirs,only-dir=llama,file-mode=0444,dir-mode=0555', skipCSIBucketAccessCheck: 'true',
      },
    });
  });

  test('Azure: the container of the other account, below the folder', () => {
    const [volume] = expandWorkspace(reading('azure'), NAMESPACE).filter(({ kind, metadata }) => (
      kind === 'PersistentVolume' && metadata?.name?.includes('readable-bucket'))) as { spec: object }[];
    expect(volume?.spec).toMatchObject({
      mountOptions: expect.arrayContaining(['-o ro', '--subdirectory=llama']) as string[],
      csi: {
        volumeHandle: expect.stringMatching(/^#acmeweights#models#team-a\.\w{8}$/) as string,
        volumeAttributes: {
          storageAccount: 'acmeweights', containerName: 'models', ClientID: 'reader-id', mountWithWorkloadIdentityToken: 'true',
        },
      },
    });
  });

  test('a local cluster: a directory of the node that must be there already', () => {
    const [volume] = expandWorkspace(reading('local'), NAMESPACE).filter(({ kind, metadata }) => (
      kind === 'PersistentVolume' && metadata?.name?.includes('readable-bucket'))) as { spec: object }[];
    expect(volume?.spec).toMatchObject({ accessModes: ['ReadOnlyMany'], hostPath: { path: '/data/llama', type: 'Directory' } });
  });

  test('a workspace that may read none has the volumes that it always had', () => {
    for (const cloud of CLOUDS) expect(JSON.stringify(expandWorkspace(platformOf(cloud), NAMESPACE))).not.toContain('readable-bucket');
  });
});

describe('case 17: or copied first', () => {
  const download = server({ model: { name: 'llama' }, access: 'download' });

  test.each([
    ['gcp', ':gcs:acme-weights/llama'], ['aws', ':s3:acme-weights/llama'], ['azure', ':azureblob:models/llama'], ['local', '/artifacts'],
  ] as const)('on %s', (cloud, from) => {
    const { initContainers: [copy] = [], volumes = [] } = podOf(reading(cloud), { bucket: { url: URLS[cloud] } }, download);
    expect(copy?.command?.slice(-2)).toEqual([from, '/content/model']);
    expect(new Set(volumes.map(({ name }) => name)).size).toBe(volumes.length);
    if (cloud === 'azure') expect(copy?.env).toContainEqual({ name: 'RCLONE_AZUREBLOB_ACCOUNT', value: 'acmeweights' });
  });

  test('from an S3-compatible store always, for it cannot be mounted', () => {
    const platform = reading('local', 's3://weights', { artifacts: S3 });
    const { initContainers: [copy] = [] } = podOf(platform, { bucket: { url: 's3://weights/llama' } });
    expect(copy?.command?.slice(-2)).toEqual([':s3:weights/llama', '/content/model']);
  });
});

test('case 17: a claim is mounted read-only, at its path', () => {
  for (const cloud of CLOUDS) {
    expect(mountOf(podOf(platformOf(cloud), CLAIM))).toEqual({
      mount: { name: 'model', mountPath: '/content/model', subPath: 'v1/hf', readOnly: true },
      volume: { name: 'model', persistentVolumeClaim: { claimName: 'llama', readOnly: true } },
    });
  }
});

test('case 17: an image is a volume of its own, which both Pod Security Standards allow', () => {
  const platform = platformOf('gcp', { kubernetesVersion: '1.35' });
  const inputs = { model: artifactOf(sourced(IMAGE), platform, {}) };
  const deployment = expand(server({ model: { name: 'llama' }, podSecurity: 'restricted' }), { platform, inputs })
    .map(({ object }) => object).find(({ kind }) => kind === 'Deployment') as { spec: { template: { spec: PodSpec } } };
  expect(mountOf(deployment.spec.template.spec).volume).toEqual({ name: 'model', image: { reference: 'registry.example.com/acme/llama:1' } });
  expect(schemaErrors(deployment, 'current')).toEqual([]);
  expect([...baselineViolations(deployment.spec.template), ...restrictedViolations(deployment.spec.template)]).toEqual([]);
});

test('case 17: a notebook and a training have it at /content/model, beside a dataset from the bucket', () => {
  const platform = reading('aws');
  const inputs = { model: artifactOf(sourced(CLAIM), platform, {}), dataset: artifact('Dataset', platform) };
  const lab = notebook({ model: { name: 'llama' }, dataset: { name: 'squad' } });
  const tuned = model({ model: { name: 'llama' }, dataset: { name: 'squad' } }, 'tuned');
  for (const resource of [lab, tuned]) {
    const text = JSON.stringify(expand(resource, { platform, inputs }));
    expect(text).toContain('{"name":"model","mountPath":"/content/model","subPath":"v1/hf","readOnly":true}');
    expect(text).toContain('"mountPath":"/content/data"');
  }
});

describe('case 17: fails when', () => {
  const errorOf = (platform: PlatformSpec, source: ModelSourceSpec) => () => expand(sourced(source), { platform, inputs: {} });

  test('the workspace may not read the bucket, with what to add', () => {
    expect(errorOf(platformOf('aws'), { bucket: { url: URLS.aws } })).toThrow('source.bucket.url is s3://acme-weights/llama, which workspace team-a may not read; '
      + "give addWorkspace('team-a') readableBuckets: [{ url: 's3://acme-weights/llama' }]");
    expect(errorOf(reading('aws'), { bucket: { url: 's3://acme-weights/llama-2' } })).toThrow('which workspace team-a may not read');
  });

  test('the cloud cannot read such a URL, with what to do instead', () => {
    expect(errorOf(reading('aws'), { bucket: { url: URLS.gcp } })).toThrow('source.bucket.url is gs://acme-weights/llama, but AWS reads only s3:// here; '
      + 'copy the files there, or import them with an image that downloads them');
    expect(errorOf(reading('local', URLS.local, { artifacts: S3 }), { bucket: { url: URLS.local } })).toThrow('a local cluster reads only s3:// here');
    expect(errorOf(reading('azure', 'az://acmeweights'), { bucket: { url: 'az://acmeweights' } })).toThrow('names no container of the storage account');
  });

  test('the cluster is too old for image volumes, or nobody said how old it is', () => {
    expect(errorOf(platformOf('gcp', { kubernetesVersion: '1.34' }), IMAGE)).toThrow('source.image needs Kubernetes 1.35, but the platform has 1.34; '
      + "set kubernetesVersion: '1.35' where the cluster is as new, or give the files in a bucket or on a claim");
    expect(errorOf(platformOf('gcp'), IMAGE)).toThrow('but the platform names none, which counts as 1.33');
  });

  test('something beside it would run, or it has not one place', () => {
    const { spec } = sourced(CLAIM);
    expect(() => expand({ ...model(), spec: { ...spec, image: 'a:1' } }, { platform: platformOf('gcp'), inputs: {} })).toThrow('source is set and image too');
    expect(errorOf(platformOf('gcp'), { ...CLAIM, ...IMAGE })).toThrow('source has claim and image; give exactly one of bucket, claim and image');
    expect(errorOf(platformOf('gcp'), {})).toThrow('source has nothing');
  });

  test('it is a volume that the workspace or a run writes', () => {
    expect(errorOf(platformOf('gcp'), { claim: { name: 'artifacts' } })).toThrow('source.claim.name is artifacts, which has the artifacts of a workspace');
    expect(errorOf(platformOf('gcp'), { claim: { name: 'opt-model-staging-0a1b2c3d' } })).toThrow('which has the staging volume of a run');
  });

  test('a user of it asks for a copy of what is only mounted, or is where it cannot be read', () => {
    const platform = platformOf('gcp', { kubernetesVersion: '1.35' });
    const download = server({ model: { name: 'llama' }, access: 'download' });
    expect(() => podOf(platform, CLAIM, download)).toThrow('access is download but model llama is on a claim, which is only mounted; leave access out');
    expect(() => podOf(platform, IMAGE, download)).toThrow('model llama is an image, which is only mounted');
    expect(() => podOf(platform, CLAIM, server({ model: { name: 'llama' }, mountOptions: ['x'] }))).toThrow('mountOptions is set but no input is mounted from a bucket');
    const elsewhere = { ...artifactOf(sourced(CLAIM), platform, {}), namespace: 'data' };
    expect(() => expand(server({ model: { name: 'llama', namespace: 'data' } }), { platform, inputs: { model: elsewhere } }))
      .toThrow('model llama is on a claim of namespace data, which pods of team-a cannot mount; give the files in a bucket');
    const foreign = { ...artifactOf(sourced({ bucket: { url: URLS.gcp } }), reading('gcp'), {}), namespace: 'data' };
    expect(() => expand(server({ model: { name: 'llama', namespace: 'data' } }), { platform, inputs: { model: foreign } }))
      .toThrow('model llama: source.bucket.url is gs://acme-weights/llama, which workspace team-a may not read');
  });
});

test('case 17: an author cannot mount the bucket of others by hand, where a local cluster would let it be written', () => {
  const platform = reading('local');
  const pod = { volumes: [{ name: 'x', persistentVolumeClaim: { claimName: 'readable-bucket-0a1b2c3d' } }], volumeMounts: [{ name: 'x', mountPath: '/x' }] };
  expect(() => podOf(platform, CLAIM, server({ model: { name: 'llama' }, pod }))).toThrow('pod.volumes has a volume x on the artifacts of a workspace');
});
