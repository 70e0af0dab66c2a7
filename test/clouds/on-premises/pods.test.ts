import { onPremisesCloud } from '../../../src/clouds/on-premises/pods';
import { platformOf } from '../../expand/fixtures';

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
