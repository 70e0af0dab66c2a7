import type { PersistentVolume } from 'kubernetes-types/core/v1';
import { localCloud } from '../../../src/clouds/local/pods';
import { platformOf, S3_COMPATIBLE } from '../../expand/fixtures';

const PLATFORM = platformOf('local', { artifacts: { url: 'file:///var/artifacts', prefix: 'ml' } });
const URL = 'file:///var/artifacts/ml/team-a/models/abc';
const LONG = 'a'.repeat(63);

test('the volume of a workspace is its folder on the node, made where it is not there', () => {
  const [own, , shared] = localCloud.workspaceVolumes(PLATFORM, 'team-a') as PersistentVolume[];
  expect(own?.spec?.hostPath).toEqual({ path: '/var/artifacts/ml/team-a', type: 'DirectoryOrCreate' });
  expect(shared?.spec?.hostPath?.path).toBe('/var/artifacts/ml/shared');
});

test('an artifact is mounted from it, read-only', () => {
  const mount = localCloud.mountArtifact({ name: 'model', mountPath: '/content/model', url: URL, owner: 'team-a', namespace: 'team-a' }, PLATFORM);
  expect(mount.volumes?.[0]?.persistentVolumeClaim).toEqual({ claimName: 'artifacts', readOnly: true });
  expect(mount.volumeMounts?.[0]).toMatchObject({ subPath: 'models/abc/files', readOnly: true });
});

test('only the writer may write to it', () => {
  const isReadOnly = (role: 'artifact-reader' | 'artifact-writer') => {
    const { volumes, volumeMounts } = localCloud.store(PLATFORM, { namespace: 'team-a', owner: 'team-a', role });
    return [volumes?.[0]?.persistentVolumeClaim?.readOnly, volumeMounts?.[0]?.readOnly].map((readOnly) => readOnly ?? false);
  };
  expect(isReadOnly('artifact-reader')).toEqual([true, true]);
  expect(isReadOnly('artifact-writer')).toEqual([false, false]);
});

test('the name of a volume in a pod is short enough, however long the name of the other workspace is', () => {
  const { volumes, volumeMounts } = localCloud.store(PLATFORM, { namespace: 'team-a', owner: LONG, role: 'artifact-reader' });
  expect(volumes?.[0]?.name.length).toBeLessThan(64);
  expect(volumeMounts?.[0]?.name).toBe(volumes?.[0]?.name);
  expect(volumes?.[0]?.persistentVolumeClaim?.claimName).toBe(`artifacts-from-${LONG}`);
});

test('an S3-compatible store has an endpoint, and its keys come from a Secret', () => {
  const { env, volumes, remotePath } = localCloud.store(S3_COMPATIBLE, { namespace: 'team-a', owner: 'team-a', role: 'artifact-reader' });
  expect(env).toContainEqual({ name: 'RCLONE_S3_ENDPOINT', value: 'http://minio.minio:9000' });
  expect(env).toContainEqual({ name: 'RCLONE_S3_SECRET_ACCESS_KEY', valueFrom: { secretKeyRef: { name: 'store', key: 'secretAccessKey' } } });
  expect(remotePath('s3://artifacts/team-a/models/abc')).toBe(':s3:artifacts/team-a/models/abc');
  expect(volumes).toBeUndefined();
});

test('an S3-compatible store cannot be mounted, a directory can', () => {
  expect([localCloud.canStream(S3_COMPATIBLE), localCloud.canStream(PLATFORM)]).toEqual([false, true]);
  expect(localCloud.workspaceVolumes(S3_COMPATIBLE, 'team-a')).toEqual([]);
});
