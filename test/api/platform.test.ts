import { isAtLeast, workspaceOf } from '../../src/api/platform';
import { platformOf } from '../expand/fixtures';

test.each([['1.30', true], ['1.33', true], ['1.100', true], ['1.29', false], ['1.9', false], [undefined, true]])('version %s is at least 1.30: %p', (kubernetesVersion, expected) => {
  expect(isAtLeast(platformOf('gcp', { kubernetesVersion }), '1.30')).toBe(expected);
});

test('A26: a platform without a version is one of the oldest that is supported, 1.33', () => {
  expect([isAtLeast(platformOf('gcp'), '1.33'), isAtLeast(platformOf('gcp'), '1.34')]).toEqual([true, false]);
});

test('a workspace is found by its namespace', () => {
  expect(workspaceOf(platformOf('gcp'), 'team-a')?.builds).toBe(true);
  expect(workspaceOf(platformOf('gcp', { workspaces: undefined }), 'team-a')).toBeUndefined();
});
