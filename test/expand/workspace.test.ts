import type { ServiceAccount } from 'kubernetes-types/core/v1';
import { expandWorkspace, missingValues, workspaceNamespace } from '../../src/expand';
import { CLOUDS, nameOf, NAMESPACE, platformOf } from './fixtures';

function objects(cloud: string, kind: string) {
  return expandWorkspace(platformOf(cloud), NAMESPACE).filter((object) => object.kind === kind);
}

test.each(CLOUDS)('on %s a workspace has three ServiceAccounts, none of which is given a Kubernetes token', (cloud) => {
  const accounts = objects(cloud, 'ServiceAccount');
  expect(accounts.map(nameOf)).toEqual(['artifact-writer', 'artifact-reader', 'image-builder']);
  expect(accounts.map((account) => (account as ServiceAccount).automountServiceAccountToken)).toEqual([false, false, false]);
});

test.each([['gcp', []], ['aws', ['artifacts', 'artifacts-from-shared']], ['azure', ['artifacts', 'artifacts-from-shared']], ['local', ['artifacts', 'artifacts-from-shared']]])(
  'on %s it has the claims %j', (cloud, names) => {
    expect(objects(cloud, 'PersistentVolumeClaim').map(nameOf)).toEqual(names);
  });

test('only on Azure do ServiceAccounts carry an identity', () => {
  const carried = CLOUDS.map((cloud) => objects(cloud, 'ServiceAccount').map(({ metadata }) => metadata?.annotations?.['azure.workload.identity/client-id']));
  expect(carried).toEqual([Array(3).fill(undefined), Array(3).fill(undefined), ['writer-id', 'reader-id', 'builder-id'], Array(3).fill(undefined)]);
});

test('a namespace without a workspace has no foreign volume', () => {
  const names = expandWorkspace(platformOf('aws'), 'other').filter(({ kind }) => kind === 'PersistentVolumeClaim').map(nameOf);
  expect(names).toEqual(['artifacts']);
});

test('the namespace holds its pods to the baseline standard, unless images are built in it', () => {
  const enforced = (builds: boolean) => workspaceNamespace(platformOf('gcp', { workspaces: [{ namespace: NAMESPACE, builds }] }), NAMESPACE)
    .metadata?.labels?.['pod-security.kubernetes.io/enforce'];
  expect([enforced(false), enforced(true)]).toEqual(['baseline', 'privileged']);
});

test('what is not known before the first deployment is said', () => {
  expect(missingValues(platformOf('azure', { workspaces: undefined }), NAMESPACE)).toHaveLength(3);
  expect(missingValues(platformOf('gcp'), NAMESPACE)).toEqual([]);
});
