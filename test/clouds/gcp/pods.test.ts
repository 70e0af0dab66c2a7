import { gpuNamed } from '../../../src/catalog/gpus';
import { gcpCloud } from '../../../src/clouds/gcp/pods';
import { platformOf } from '../../expand/fixtures';

const PLATFORM = platformOf('gcp', { artifacts: { url: 'gs://acme-artifacts', prefix: 'ml' } });
const URL = 'gs://acme-artifacts/ml/team-a/models/abc';
const MOUNT = { name: 'model', mountPath: '/content/model', url: URL, owner: 'team-a', namespace: 'team-a' };

test('an artifact is mounted inline, read-only, and no more of the bucket than its files', () => {
  const { volumes, volumeMounts, annotations } = gcpCloud.mountArtifact(MOUNT, PLATFORM);
  expect(volumes?.[0]?.csi).toMatchObject({
    driver: 'gcsfuse.csi.storage.gke.io',
    readOnly: true,
    volumeAttributes: { bucketName: 'acme-artifacts', mountOptions: expect.stringContaining('implicit-dirs,only-dir=ml/team-a/models/abc/files,') as string },
  });
  expect(volumeMounts).toEqual([{ name: 'model', mountPath: '/content/model', readOnly: true }]);
  expect(annotations).toEqual({ 'gke-gcsfuse/volumes': 'true' });
});

test('a GPU is found by the label that GKE gives its nodes, and its taint is tolerated whatever its value', () => {
  expect(gcpCloud.placeGpu({ gpu: gpuNamed('nvidia-a100'), count: 1 }, PLATFORM)).toMatchObject({
    nodeSelector: { 'cloud.google.com/gke-accelerator': 'nvidia-tesla-a100' },
    tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
  });
});

test('spot nodes are selected by their label, and their taint is tolerated', () => {
  expect(gcpCloud.placeCapacity('spot')).toEqual({
    nodeSelector: { 'cloud.google.com/gke-spot': 'true' },
    tolerations: [{ key: 'cloud.google.com/gke-spot', operator: 'Equal', value: 'true', effect: 'NoSchedule' }],
  });
});

test('rclone reaches the bucket with the identity of the pod', () => {
  const { env, remotePath } = gcpCloud.store(PLATFORM, { namespace: 'team-a', owner: 'team-a', role: 'artifact-reader' });
  expect(remotePath(URL)).toBe(':gcs:acme-artifacts/ml/team-a/models/abc');
  expect(env).toContainEqual({ name: 'RCLONE_GCS_ENV_AUTH', value: 'true' });
});

test('a workspace needs no volume, and its ServiceAccounts carry nothing', () => {
  expect(gcpCloud.workspaceVolumes(PLATFORM, 'team-a')).toEqual([]);
  expect(gcpCloud.identity(PLATFORM, { namespace: 'team-a', role: 'artifact-writer' })).toEqual({});
});
