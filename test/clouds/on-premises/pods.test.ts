import type { PlatformSpec, RegistrySpec } from '../../../src/api/platform';
import { onPremisesCloud } from '../../../src/clouds/on-premises/pods';
import { envOf, platformOf, server, userPod } from '../../expand/fixtures';

const S3 = platformOf('on-premises', {
  artifacts: { url: 's3://artifacts', endpoint: 'https://ceph.example.com', credentialsSecret: 'store' },
});

test('an S3-compatible store has an endpoint, and its keys come from a Secret', () => {
  const { env, volumes, remotePath } = onPremisesCloud.store(S3, { namespace: 'team-a', owner: 'team-a', role: 'artifact-reader' });
  expect(env).toContainEqual({ name: 'RCLONE_S3_ENDPOINT', value: 'https://ceph.example.com' });
  expect(env).toContainEqual({ name: 'RCLONE_S3_SECRET_ACCESS_KEY', valueFrom: { secretKeyRef: { name: 'store', key: 'secretAccessKey' } } });
  expect(remotePath('s3://artifacts/team-a/models/abc')).toBe(':s3:artifacts/team-a/models/abc');
  expect(volumes).toBeUndefined();
});

test('keys come for the token of the ServiceAccount, which only the container with rclone mounts', () => {
  const tokens = { roleArn: 'arn:aws:iam:::role/{namespace}.{serviceAccount}', audience: 'ceph' };
  const { credentialsSecret: _, ...artifacts } = S3.artifacts;
  const platform = { ...S3, artifacts: { ...artifacts, tokens } };
  const resource = server({ access: 'download', resources: {} });
  const { initContainers, containers, volumes } = userPod(resource, { platform });
  const [download] = initContainers ?? [];
  expect(download && envOf(download)).toMatchObject({
    AWS_ROLE_ARN: 'arn:aws:iam:::role/team-a.artifact-reader', AWS_ENDPOINT_URL_STS: 'https://ceph.example.com', RCLONE_S3_ENV_AUTH: 'true',
    AWS_WEB_IDENTITY_TOKEN_FILE: '/var/run/secrets/substratus.ai/store/token', AWS_REQUEST_CHECKSUM_CALCULATION: 'when_required',
  });
  expect(volumes).toContainEqual({
    name: 'store-token', projected: { sources: [{ serviceAccountToken: { audience: 'ceph', expirationSeconds: 3600, path: 'token' } }] },
  });
  const mounting = [...initContainers ?? [], ...containers].filter(({ volumeMounts = [] }) => volumeMounts.some(({ name }) => name === 'store-token'));
  expect(mounting.map(({ name }) => name)).toEqual(['download-model']);
});

describe('the network', () => {
  const network = (artifacts: Partial<PlatformSpec['artifacts']>, registry: Partial<RegistrySpec> = {}) => onPremisesCloud.network({
    ...S3, artifacts: { ...S3.artifacts, ...artifacts }, registry: { url: 'registry.example.com:5000/ml', ...registry },
  });

  test('is the store and the registry at the ranges that are told, at the ports of their URLs', () => {
    const { store, registry } = network({ endpoint: 'http://ceph.example.com:7480', cidrs: ['10.0.0.0/24'] }, { cidrs: ['10.0.1.5/32'] });
    expect(store).toEqual([{ to: [{ ipBlock: { cidr: '10.0.0.0/24' } }], ports: [{ port: 7480, protocol: 'TCP' }] }]);
    expect(registry).toEqual([{ to: [{ ipBlock: { cidr: '10.0.1.5/32' } }], ports: [{ port: 5000, protocol: 'TCP' }] }]);
  });

  test('is a token service of its own too', () => {
    const tokens = { roleArn: 'arn:aws:iam:::role/x', endpoint: 'https://10.0.0.9:8443' };
    expect(network({ tokens }).identity).toEqual([{ to: [{ ipBlock: { cidr: '10.0.0.9/32' } }], ports: [{ port: 8443, protocol: 'TCP' }] }]);
    expect(network({}).identity).toEqual([]);
  });

  test('of a file system is nothing, for nodes mount it', () => {
    const platform = { ...S3, artifacts: { url: 'nfs://nfs/ml', fileSystem: { nfs: { server: 'nfs', path: '/ml' } } } };
    expect(onPremisesCloud.network(platform)).toMatchObject({ store: [], identity: [], mountsFromPod: false });
  });
});
