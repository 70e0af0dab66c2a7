import type { PersistentVolume, PersistentVolumeClaim } from 'kubernetes-types/core/v1';
import { gpuNamed } from '../../../src/catalog/gpus';
import { awsCloud } from '../../../src/clouds/aws/pods';
import { platformOf } from '../../expand/fixtures';

const PLATFORM = platformOf('aws', { artifacts: { url: 's3://acme-artifacts', prefix: 'ml', region: 'us-east-1' } });
const URL = 's3://acme-artifacts/ml/team-a/models/abc';

function volumes(namespace = 'team-a', platform = PLATFORM) {
  const objects = awsCloud.workspaceVolumes(platform, namespace);
  return {
    persistent: objects.filter(({ kind }) => kind === 'PersistentVolume') as PersistentVolume[],
    claims: objects.filter(({ kind }) => kind === 'PersistentVolumeClaim') as PersistentVolumeClaim[],
  };
}

test('the volume of a workspace is read-only, on its own prefix, with the rights of the pod', () => {
  const [own, shared] = volumes().persistent;
  expect(own?.spec).toMatchObject({
    mountOptions: expect.arrayContaining(['region us-east-1', 'prefix ml/team-a/', 'read-only']) as string[],
    csi: { driver: 's3.csi.aws.com', volumeAttributes: { bucketName: 'acme-artifacts', authenticationSource: 'pod' } },
  });
  expect(shared?.spec?.mountOptions).toContain('prefix ml/shared/');
});

test('a volume and its claim are bound by name, in both directions', () => {
  const { persistent, claims } = volumes();
  expect(claims.map(({ metadata }) => metadata?.name)).toEqual(['artifacts', 'artifacts-from-shared']);
  expect(claims.map(({ spec }) => spec?.volumeName)).toEqual(persistent.map(({ metadata }) => metadata?.name));
  expect(persistent.map(({ spec }) => spec?.claimRef)).toMatchObject([
    { namespace: 'team-a', name: 'artifacts' }, { namespace: 'team-a', name: 'artifacts-from-shared' },
  ]);
});

test('no two workspaces have a volume of the same handle, whatever their names', () => {
  const workspaces = [{ namespace: 'a', reads: ['b-c'] }, { namespace: 'a-b', reads: ['c'] }];
  const platform = platformOf('aws', { workspaces });
  const handles = workspaces.flatMap(({ namespace }) => volumes(namespace, platform).persistent.map(({ spec }) => spec?.csi?.volumeHandle));
  expect(new Set(handles).size).toBe(4);
});

test('an artifact is mounted from the volume of the workspace that it lies in, read-only', () => {
  const mount = { name: 'model', mountPath: '/content/model', url: URL, owner: 'team-a', namespace: 'team-a' };
  const own = awsCloud.mountArtifact(mount, PLATFORM);
  expect(own.volumes).toEqual([{ name: 'model', persistentVolumeClaim: { claimName: 'artifacts', readOnly: true } }]);
  expect(own.volumeMounts).toEqual([{ name: 'model', mountPath: '/content/model', subPath: 'models/abc/files', readOnly: true }]);
  const foreign = awsCloud.mountArtifact({ ...mount, url: URL.replace('team-a', 'shared'), owner: 'shared' }, PLATFORM);
  expect(foreign.volumes?.[0]?.persistentVolumeClaim?.claimName).toBe('artifacts-from-shared');
});

test('a GPU is found by the label of this library, for EKS gives its nodes none', () => {
  expect(awsCloud.placeGpu({ gpu: gpuNamed('nvidia-l4'), count: 1 }, PLATFORM).nodeSelector).toEqual({ 'substratus.ai/gpu': 'nvidia-l4' });
});

test('the taint of an accelerator is by the name of its resource', () => {
  expect(awsCloud.placeGpu({ gpu: gpuNamed('aws-trainium1'), count: 1 }, PLATFORM).tolerations).toEqual([
    { key: 'aws.amazon.com/neuron', operator: 'Exists', effect: 'NoSchedule' },
  ]);
});

test('spot nodes are those of managed node groups or of Karpenter, and carry no taint', () => {
  const { affinity, tolerations } = awsCloud.placeCapacity('spot');
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  expect(terms.flatMap(({ matchExpressions = [] }) => matchExpressions.map(({ key }) => key))).toEqual([
    'eks.amazonaws.com/capacityType', 'karpenter.sh/capacity-type',
  ]);
  expect(tolerations).toEqual([]);
});

test('rclone reaches the bucket with the identity of the pod', () => {
  const { env, remotePath } = awsCloud.store(PLATFORM, { namespace: 'team-a', owner: 'team-a', role: 'artifact-writer' });
  expect(remotePath(URL)).toBe(':s3:acme-artifacts/ml/team-a/models/abc');
  expect(env).toEqual(expect.arrayContaining([{ name: 'RCLONE_S3_ENV_AUTH', value: 'true' }, { name: 'RCLONE_S3_REGION', value: 'us-east-1' }]));
});
