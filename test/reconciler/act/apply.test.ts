/** How a child is made: in one step, and never over what is someone else's. */
import type { KubeObject } from '../../../src/expand';
import { NameConflict, NotYetGone, write } from '../../../src/reconciler/act/apply';
import type { Write } from '../../../src/reconciler/act/writes';
import { fingerprintOf } from '../../../src/reconciler/observe/fingerprint';
import type { Observed } from '../../../src/reconciler/observe/observed';
import { place } from '../fake-api';
import type { FakeApi } from '../fake-api';
import { Cleanup, connected, failureOf } from '../fixtures';

const CONFIG_MAPS = place('', 'configmaps', 'team-a');
const OWNER = { apiVersion: 'substratus.ai/v1', kind: 'Server', metadata: { namespace: 'team-a', name: 'chat', uid: 'owner' } } as Observed;
const OBJECT: KubeObject = {
  apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'team-a', name: 'params', labels: { role: 'params' } }, data: { a: '1' },
} as KubeObject;
const CHANGE: Write = { object: OBJECT, applied: { intent: 'x', ...fingerprintOf(OBJECT) }, keepsTemplate: false, isRepair: false };

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

function asked({ requests }: FakeApi): string[] {
  return requests.map(({ method, body }) => `${method} ${(body?.metadata as { resourceVersion?: string } | undefined)?.resourceVersion ?? '-'}`);
}

test('what is not there is made with one request', async () => {
  const { api, client } = await connected(cleanup);
  expect(await write(client, OWNER, CHANGE)).toMatchObject({ kind: 'ConfigMap', owner: { uid: 'owner' }, applied: { intent: 'x' } });
  expect(asked(api)).toEqual(['PATCH 1']);
  expect(api.store.get(CONFIG_MAPS, 'params')).toMatchObject({ data: { a: '1' } });
});

test('a conflict with what has gone since is one, and the next write makes it', async () => {
  const { api, client } = await connected(cleanup);
  api.fault({ method: 'PATCH', status: 409, reason: 'Conflict', times: 1 });
  expect(await failureOf(write(client, OWNER, CHANGE))).toMatchObject({ status: 409 });
  await write(client, OWNER, CHANGE);
  expect(asked(api)).toEqual(['PATCH 1', 'GET -', 'PATCH 1']);
  expect(api.store.get(CONFIG_MAPS, 'params')).toMatchObject({ data: { a: '1' } });
});

test.each([
  ['someone else\'s', {}, new NameConflict(OBJECT), 'ConfigMap params already exists and belongs to someone else; rename it, or this resource'],
  ['one on its way out', { deletionTimestamp: '2026-01-01T00:00:00Z' }, new NotYetGone(OBJECT), 'waiting for the previous ConfigMap params to go'],
])('%s is left as it is', async (...[, metadata, error, message]) => {
  const { api, client } = await connected(cleanup);
  const before = api.store.put(CONFIG_MAPS, { metadata: { name: 'params', ...metadata }, data: { theirs: 'yes' } });
  const failure = await failureOf(write(client, OWNER, CHANGE));
  expect(failure).toBeInstanceOf(error.constructor);
  expect((failure as Error).message).toBe(message);
  expect(api.store.get(CONFIG_MAPS, 'params')).toEqual(before);
});

test('any other refusal is told', async () => {
  const { api, client } = await connected(cleanup);
  api.fault({ method: 'PATCH', status: 403, reason: 'Forbidden' });
  expect(await failureOf(write(client, OWNER, CHANGE))).toMatchObject({ status: 403 });
  expect(api.count('GET')).toBe(0);
});
