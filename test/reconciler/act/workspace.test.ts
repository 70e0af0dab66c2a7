/** The volume of a workspace is its claim's, and that is asked once. */
import type { PlatformSpec } from '../../../src/api/platform';
import { Workspaces } from '../../../src/reconciler/act/workspace';
import { ApiError } from '../../../src/reconciler/kube/api-error';
import type { Client } from '../../../src/reconciler/kube/client';
import { newCaches } from '../../../src/reconciler/observe/caches';
import { observeChild } from '../../../src/reconciler/observe/observed';

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
