/** What may be taken over, of what was applied without a reconciler. */
import type { KubeObject } from '../../../src/expand';
import { adopt, isAdoptable } from '../../../src/reconciler/act/adoption';
import type { Client, Patch } from '../../../src/reconciler/kube/client';
import type { LiveObject, ManagedFieldsEntry } from '../../../src/reconciler/kube/types';
import { typeOf } from '../../../src/reconciler/types';

const LABELS = { 'app.kubernetes.io/managed-by': 'substratus', 'role': 'publish' };

function job(image: string, annotations: object = {}): KubeObject {
  const volumeMounts = [{ name: 'store', mountPath: '/artifacts', readOnly: false }];
  const containers = [{ name: 'publish', image, volumeMounts, resources: { requests: { cpu: '0.5' } } }];
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'opt', namespace: 'a', labels: LABELS }, spec: { template: { metadata: { annotations }, spec: { containers } } } } as KubeObject;
}

/** As the API server stores it: with defaults, quantities in its own spelling, and without what is false. */
interface More {
  readonly metadata?: object;
  readonly annotations?: object;
}

function stored(image: string, { metadata = {}, annotations = {} }: More = {}): LiveObject {
  const volumeMounts = [{ name: 'store', mountPath: '/artifacts' }];
  const containers = [{ name: 'publish', image, volumeMounts, resources: { requests: { cpu: '500m' } }, imagePullPolicy: 'IfNotPresent' }];
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'opt', namespace: 'a', uid: 'u', resourceVersion: '1', labels: LABELS, annotations: { 'argocd.argoproj.io/sync-wave': '3' }, ...metadata },
    spec: { backoffLimit: 6, template: { metadata: { annotations }, spec: { containers } } },
  } as LiveObject;
}

test('what is ours and as it would be written is taken over, however the API server spells it', () => {
  expect(isAdoptable(stored('a:1'), job('a:1'))).toBe(true);
});

test('what differs, is someone else\'s, or is on its way out is not taken over', () => {
  expect(isAdoptable(stored('a:2'), job('a:1'))).toBe(false);
  expect(isAdoptable(stored('a:1', { metadata: { labels: { role: 'publish' } } }), job('a:1'))).toBe(false);
  expect(isAdoptable(stored('a:1', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }), job('a:1'))).toBe(false);
  const controlled = { ownerReferences: [{ apiVersion: 'v1', kind: 'Other', name: 'x', uid: 'x', controller: true }] };
  expect(isAdoptable(stored('a:1', { metadata: controlled }), job('a:1'))).toBe(false);
});

test('which image has run was told to publish by whoever made its Job', () => {
  const wanted = job('a:1', { 'substratus.ai/image-digest': 'sha256:b', 'kept': 'x' });
  const live = (kept: string) => stored('a:1', { annotations: { 'substratus.ai/image-digest': 'docker.io/a@sha256:b', kept } });
  expect(isAdoptable(live('x'), wanted)).toBe(true);
  expect(isAdoptable(live('y'), wanted)).toBe(false);
});

test.each([
  ['kubectl apply --server-side', 'kubectl', 'Apply'],
  ['kubectl apply', 'kubectl-client-side-apply', 'Update'],
  ['Argo CD', 'argocd-controller', 'Update'],
  ['Flux', 'kustomize-controller', 'Apply'],
] as const)('what %s has applied is ours from then on; what others own stays theirs', async (_, manager, operation) => {
  const patches: Patch[] = [];
  const client = { patch: async (__: unknown, ___: unknown, patch: Patch) => { patches.push(patch); } } as unknown as Client;
  const controller: ManagedFieldsEntry = { manager: 'kube-controller-manager', operation: 'Update', subresource: 'status', fieldsV1: { 'f:status': {} } };
  const scaler: ManagedFieldsEntry = { manager: 'autoscaler', operation: 'Update', fieldsV1: { 'f:spec': { 'f:replicas': {} } } };
  const managedFields = [{ manager, operation, fieldsV1: { 'f:spec': { 'f:paused': {} } } }, controller, scaler];
  await adopt(client, typeOf({ kind: 'Deployment' }), stored('a:1', { metadata: { managedFields } }));
  expect(patches[0]).toMatchObject({
    type: 'json',
    body: [
      { op: 'replace', path: '/metadata/resourceVersion', value: '1' },
      { op: 'replace', path: '/metadata/managedFields', value: [{ manager: 'substratus', operation: 'Apply', fieldsV1: { 'f:spec': { 'f:paused': {} } } }, controller, scaler] },
    ],
  });
});
