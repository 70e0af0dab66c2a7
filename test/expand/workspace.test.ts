import type { ServiceAccount } from 'kubernetes-types/core/v1';
import type { WorkspaceSpec } from '../../src/api/platform';
import { expandWorkspace, missingValues, workspaceNamespaces } from '../../src/expand';
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
  const none = Array(3).fill(undefined);
  expect(carried).toEqual([none, none, ['writer-id', 'reader-id', 'builder-id'], none, none]);
});

test('a namespace without a workspace has no foreign volume', () => {
  const names = expandWorkspace(platformOf('aws'), 'other').filter(({ kind }) => kind === 'PersistentVolumeClaim').map(nameOf);
  expect(names).toEqual(['artifacts']);
});

function heldTo(workspace: Omit<WorkspaceSpec, 'namespace'>): (string | undefined)[][] {
  const namespaces = workspaceNamespaces(platformOf('gcp', { workspaces: [{ namespace: NAMESPACE, ...workspace }] }), NAMESPACE);
  return namespaces.map(({ metadata: { name, labels = {} } = {} }) => [name, labels['pod-security.kubernetes.io/enforce'], labels['pod-security.kubernetes.io/warn']]);
}

test('the namespace holds its pods to the baseline standard, unless images are built in it', () => {
  expect([heldTo({ builds: false }), heldTo({ builds: true })]).toEqual([
    [['team-a', 'baseline', 'baseline']],
    [['team-a', 'privileged', 'baseline']],
  ]);
});

test('A20: a workspace that builds elsewhere is held to its standard all the same, and only where it builds nothing is', () => {
  expect(heldTo({ builds: true, buildNamespace: 'team-a-builds' })).toEqual([
    ['team-a', 'baseline', 'baseline'],
    ['team-a-builds', 'privileged', undefined],
  ]);
});

test('what is not known before the first deployment is said', () => {
  expect(missingValues(platformOf('azure', { workspaces: undefined }), NAMESPACE)).toHaveLength(3);
  expect(missingValues(platformOf('gcp'), NAMESPACE)).toEqual([]);
});

test('drains wait for runs of Models and Datasets where the workspace says so, by one budget that never lets one go', () => {
  const budgets = (workspace: Omit<WorkspaceSpec, 'namespace'>) => expandWorkspace(
    platformOf('gcp', { workspaces: [{ namespace: NAMESPACE, ...workspace }] }), NAMESPACE,
  ).filter(({ kind }) => kind === 'PodDisruptionBudget');
  expect(budgets({})).toEqual([]);
  expect(budgets({ drainsWaitForRuns: true })).toEqual([{
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'substratus-runs', namespace: 'team-a', labels: { 'app.kubernetes.io/managed-by': 'substratus' } },
    spec: {
      minAvailable: 1_000_000,
      selector: {
        matchLabels: { role: 'run' },
        matchExpressions: [{ key: 'server', operator: 'DoesNotExist' }, { key: 'notebook', operator: 'DoesNotExist' }],
      },
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  }]);
});
