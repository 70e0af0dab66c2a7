import { claimName, relativeTo, workspaceVolumePairs } from '../../src/clouds/static-volume';
import { platformOf } from '../expand/fixtures';

test('the claim of another workspace\'s artifacts is named after it', () => {
  expect(claimName({ namespace: 'a', owner: 'a' })).toBe('artifacts');
  expect(claimName({ namespace: 'a', owner: 'b' })).toBe('artifacts-from-b');
});

test('a workspace has a volume of its own, and one for each that it may read', () => {
  const owners: string[] = [];
  workspaceVolumePairs(platformOf('aws'), 'team-a', ({ owner }) => {
    owners.push(owner);
    return {};
  });
  expect(owners).toEqual(['team-a', 'shared']);
});

test('a path lies below its root, or it is an error', () => {
  expect(relativeTo('s3://b/team-a', 's3://b/team-a/models/x')).toBe('models/x');
  expect(() => relativeTo('s3://b/team-a', 's3://b/team-ab/models/x')).toThrow(
    'artifact s3://b/team-ab/models/x does not lie under s3://b/team-a, the folder of its workspace',
  );
});

test('R13: a volume has no class at all, which is how the API server stores one of none; its claim has the empty one, and no default', () => {
  const [volume, claim] = workspaceVolumePairs(platformOf('aws'), 'team-a', () => ({}));
  expect(volume?.spec).not.toHaveProperty('storageClassName');
  expect(claim?.spec).toMatchObject({ storageClassName: '', volumeName: volume?.metadata?.name });
});
