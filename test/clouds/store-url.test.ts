import { rclonePath, splitUrl, workspaceFolder } from '../../src/clouds/store-url';
import { platformOf } from '../expand/fixtures';

test('a workspace has a folder in the bucket, below the prefix', () => {
  const folder = (url: string, prefix?: string) => workspaceFolder(platformOf('gcp', { artifacts: { url, ...(prefix && { prefix }) } }), 'team-a');
  expect(folder('gs://bucket')).toBe('gs://bucket/team-a');
  expect(folder('gs://bucket/', 'ml/v1')).toBe('gs://bucket/ml/v1/team-a');
  expect(folder('file:///var/artifacts')).toBe('file:///var/artifacts/team-a');
});

test('a URL has a host and a path', () => {
  expect(splitUrl('gs://bucket/a/b')).toEqual({ host: 'bucket', path: 'a/b' });
  expect(splitUrl('gs://bucket')).toEqual({ host: 'bucket', path: '' });
  expect(splitUrl('file:///var/a')).toEqual({ host: '', path: 'var/a' });
});

test('rclone finds the same place by its backend', () => {
  expect(rclonePath('gcs', 'gs://bucket/a/b')).toBe(':gcs:bucket/a/b');
  expect(rclonePath('s3', 's3://bucket')).toBe(':s3:bucket');
});
