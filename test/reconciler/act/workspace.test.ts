/** The volume of a workspace is its claim's, and that is asked once; its NetworkPolicies follow the platform where they are ours. */
import type { PlatformSpec } from '../../../src/api/platform';
import type { KubeObject } from '../../../src/expand';
import { Workspaces } from '../../../src/reconciler/act/workspace';
import { ApiError } from '../../../src/reconciler/kube/api-error';
import type { Client } from '../../../src/reconciler/kube/client';
import { FIELD_MANAGER } from '../../../src/reconciler/kube/client';
import type { LiveMetadata } from '../../../src/reconciler/kube/types';
import { newCaches } from '../../../src/reconciler/observe/caches';
import { observeChild } from '../../../src/reconciler/observe/observed';
import { observePart } from '../../../src/reconciler/observe/reflectors';

const FILES: PlatformSpec = { cloud: 'local', clusterName: 'laptop', artifacts: { url: 'file:///var/artifacts' } };
const CLAIM = { name: 'artifacts', namespace: 'team-a', uid: 'now', resourceVersion: '1' };

/** All is there already. The volume was bound for the claim of that uid. */
function workspacesWith(boundFor?: string) {
  const requests: string[] = [];
  const claimRef = { namespace: 'team-a', name: 'artifacts', ...(boundFor !== undefined && { uid: boundFor }) };
  const client = {
    create: async ({ kind }: { kind: string }) => {
      requests.push(`create ${kind}`);
      throw new ApiError({ code: 409, reason: 'AlreadyExists' });
    },
    get: async ({ kind }: { kind: string }) => {
      requests.push(`get ${kind}`);
      return kind === 'PersistentVolume' ? { metadata: { resourceVersion: '7' }, spec: { claimRef } } : { metadata: CLAIM };
    },
    patch: async ({ kind }: { kind: string }, _: unknown, { body }: { body: unknown }) => void requests.push(`patch ${kind} ${JSON.stringify(body)}`),
  } as unknown as Client;
  const caches = newCaches();
  caches.children.get('PersistentVolumeClaim')?.set(observeChild({ metadata: CLAIM, status: { phase: 'Pending' } } as object as Parameters<typeof observeChild>[0], 'PersistentVolumeClaim'));
  return { requests, workspaces: new Workspaces(client, caches, FILES) };
}

test.each([['nobody yet', undefined], ['it', 'now']])('a volume that is bound for %s is left as it is, and not looked at again', async (_, boundFor) => {
  const { requests, workspaces } = workspacesWith(boundFor);
  await workspaces.prepare('team-a');
  expect(requests.filter((request) => request.startsWith('patch'))).toEqual([]);
  requests.length = 0;
  await workspaces.prepare('team-a');
  expect(requests).toEqual([]);
});

test('a volume that is bound for a claim that is gone is freed, as it was seen only', async () => {
  const { requests, workspaces } = workspacesWith('before');
  await workspaces.prepare('team-a');
  expect(requests.filter((request) => request.startsWith('patch'))).toEqual([
    'patch PersistentVolume {"metadata":{"resourceVersion":"7"},"spec":{"claimRef":{"uid":null,"resourceVersion":null}}}',
  ]);
});

describe('a NetworkPolicy', () => {
  const POLICY = { name: 'substratus-servers', namespace: 'team-a', uid: 'p', resourceVersion: '7' };
  const OURS = [{ manager: FIELD_MANAGER, operation: 'Update' as const }];

  /** One policy is there as it says; of the others all is. */
  function policyThere(metadata: Partial<LiveMetadata>, platform: PlatformSpec = FILES) {
    const patches: unknown[] = [];
    const created: KubeObject[] = [];
    const client = {
      create: async (_: unknown, object: KubeObject) => void created.push(object),
      get: async ({ kind }: { kind: string }) => (kind === 'PersistentVolume' ? { metadata: {}, spec: {} } : { metadata: CLAIM }),
      patch: async (_: unknown, { name }: { name: string }, patch: object) => void patches.push({ name, ...patch }),
    } as unknown as Client;
    const caches = newCaches();
    caches.workspaceParts.get('NetworkPolicy')?.set(observePart({ metadata: { ...POLICY, ...metadata } }));
    return { patches, created, workspaces: new Workspaces(client, caches, platform) };
  }

  test('that we made for another platform, or in an older release, follows the platform; once', async () => {
    const { patches, workspaces } = policyThere({ managedFields: OURS });
    expect(workspaces.isIncomplete('team-a')).toBe(true);
    await workspaces.prepare('team-a');
    await workspaces.prepare('team-a');
    expect(patches).toEqual([{
      name: POLICY.name, type: 'json', body: [
        { op: 'replace', path: '/metadata/resourceVersion', value: '7' },
        { op: 'add', path: '/metadata/labels', value: { 'app.kubernetes.io/managed-by': 'substratus' } },
        { op: 'add', path: '/metadata/annotations', value: { 'substratus.ai/made-from': expect.any(String) } },
        { op: 'add', path: '/spec', value: expect.objectContaining({ policyTypes: ['Ingress', 'Egress'] }) },
      ],
    }]);
  });

  test('of this platform is left as it is', async () => {
    const { created, workspaces: first } = policyThere({ name: 'another' });
    await first.prepare('team-a');
    const made = created.find(({ metadata }) => metadata?.name === POLICY.name);
    const { patches, workspaces } = policyThere({ managedFields: OURS, annotations: made?.metadata?.annotations });
    await workspaces.prepare('team-a');
    expect(patches).toEqual([]);
    const { patches: others, workspaces: changed } = policyThere({ managedFields: OURS, annotations: made?.metadata?.annotations }, {
      ...FILES, workspaces: [{ namespace: 'team-a', serversOpenTo: ['gateway'] }],
    });
    await changed.prepare('team-a');
    expect(others).toHaveLength(1);
  });

  test.each([
    ['made', [{ manager: 'argocd-controller', operation: 'Apply' as const }]],
    ['changed', [...OURS, { manager: 'kubectl-edit', operation: 'Update' as const }]],
  ])('that somebody else has %s is left as it is', async (_, managedFields) => {
    const { patches, workspaces } = policyThere({ managedFields });
    await workspaces.prepare('team-a');
    expect(patches).toEqual([]);
  });
});
