import { ApiError, TransportError } from '../../../src/reconciler/kube/api-error';
import { Cleanup, THING, THINGS, connected, failureOf, thing } from '../fixtures';
import type { Thing } from '../fixtures';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const REF = { namespace: 'team-a', name: 'one' };

describe('requests', () => {
  test('an object is created, read, and removed', async () => {
    const { api, client } = await connected(cleanup);
    const created = await client.create<Thing>(THING, thing('one', 3));
    expect(created.metadata).toMatchObject({ uid: 'uid-1', generation: 1 });
    expect(await client.get<Thing>(THING, REF)).toEqual(created);
    await client.remove(THING, REF, { uid: 'uid-1', propagationPolicy: 'Background' });
    expect(api.store.get(THINGS, 'one')).toBeUndefined();
    expect(api.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /apis/example.org/v1/namespaces/team-a/things',
      'GET /apis/example.org/v1/namespaces/team-a/things/one',
      'DELETE /apis/example.org/v1/namespaces/team-a/things/one',
    ]);
  });

  test('an object is applied under our name, with its type, and by force only where asked', async () => {
    const { api, client } = await connected(cleanup);
    await client.apply(THING, thing('one', 3), { force: true });
    await client.apply(THING, thing('one', 4), { force: false, fieldManager: 'someone' });
    const [first, second] = api.requests;
    expect(first).toMatchObject({
      method: 'PATCH',
      query: { fieldManager: 'substratus', force: 'true' },
      headers: { 'content-type': 'application/apply-patch+yaml' },
      body: { apiVersion: 'example.org/v1', kind: 'Thing', spec: { size: 3 } },
    });
    expect(second?.query).toEqual({ fieldManager: 'someone', force: 'false' });
    expect(api.store.get(THINGS, 'one')).toMatchObject({ spec: { size: 4 }, metadata: { generation: 2 } });
  });

  test('a status is applied below the object, and does not bring a removed one back', async () => {
    const { api, client } = await connected(cleanup);
    const error = await failureOf(client.apply(THING, { ...thing('one') }, { force: true, subresource: 'status' }));
    expect(ApiError.isNotFound(error)).toBe(true);
    expect(api.requests[0]?.path).toMatch(/\/things\/one\/status$/);
    expect(api.store.list(THINGS)).toEqual([]);
  });

  test.each(['merge', 'json'] as const)('a %s patch says which it is', async (type) => {
    const { api, client } = await connected(cleanup);
    api.store.put(THINGS, thing('one'));
    await client.patch(THING, REF, { type, body: { spec: { size: 9 } } });
    expect(api.requests[0]?.headers['content-type']).toBe(`application/${type === 'json' ? 'json-patch' : 'merge-patch'}+json`);
  });

  test('only the object with the uid is removed, and one that is gone is no error', async () => {
    const { api, client } = await connected(cleanup);
    api.store.put(THINGS, thing('one'));
    const removal = { uid: 'another', resourceVersion: '1', propagationPolicy: 'Foreground' } as const;
    expect(ApiError.isConflict(await failureOf(client.remove(THING, REF, removal)))).toBe(true);
    expect(api.requests[0]?.body).toMatchObject({ preconditions: { uid: 'another', resourceVersion: '1' }, propagationPolicy: 'Foreground' });
    await expect(client.remove(THING, { namespace: 'team-a', name: 'gone' }, removal)).resolves.toBeUndefined();
  });

  test('a list comes in pages, of one namespace or of all, by label, with metadata alone where that is enough', async () => {
    const { api, client } = await connected(cleanup);
    for (const name of ['a', 'b', 'c']) api.store.put(THINGS, thing(name));
    const names: string[] = [];
    const take = ({ metadata }: Thing) => names.push(metadata.name);
    const first = await client.page<Thing>(THING, { limit: 2, labelSelector: 'size=1', metadataOnly: true }, take);
    expect([first.resourceVersion, names]).toEqual([api.store.resourceVersion, ['a', 'b']]);
    const second = await client.page<Thing>(THING, { namespace: 'team-a', limit: 2, continue: first.continue }, take);
    expect([second.continue, names]).toEqual([undefined, ['a', 'b', 'c']]);
    expect(api.requests[0]).toMatchObject({
      path: '/apis/example.org/v1/things',
      query: { limit: '2', labelSelector: 'size=1' },
      headers: { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' },
    });
    expect(api.requests[1]?.path).toBe('/apis/example.org/v1/namespaces/team-a/things');
  });

  test('of the output of a container the last lines are asked for, and no more than the end is kept, however long these are', async () => {
    const { api, client } = await connected(cleanup);
    api.store.put(THINGS, thing('one'));
    api.fault({ path: /\/log$/, body: `${'x'.repeat(300_000)}\nprogress: step 1` });
    const output = await client.output(THING, REF, { container: 'model', lines: 40 });
    expect(api.requests[0]).toMatchObject({ path: '/apis/example.org/v1/namespaces/team-a/things/one/log', query: { container: 'model', tailLines: '40' } });
    expect([output.length, output.slice(-20)]).toEqual([16_384, 'xxx\nprogress: step 1']);
  });

  test('output that cannot be read is not asked for again', async () => {
    const { api, client } = await connected(cleanup);
    api.fault({ status: 500, times: 9 });
    expect(await failureOf(client.output(THING, REF, { container: 'model', lines: 40 }))).toMatchObject({ status: 500 });
    expect(api.requests).toHaveLength(1);
  });

  test('the core group has a path of its own, and a name is escaped', async () => {
    const { api, client } = await connected(cleanup);
    const pod = { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true };
    await failureOf(client.get(pod, { namespace: 'a/b', name: 'x?y' }));
    expect(api.requests[0]?.path).toBe('/api/v1/namespaces/a%2Fb/pods/x%3Fy');
  });

  test('the server learns who asks', async () => {
    const { api, client } = await connected(cleanup, { version: '1.2.3' });
    await client.list(THING);
    expect(api.requests[0]?.headers['user-agent']).toBe('cdk-substratus-reconciler/1.2.3');
  });
});

describe('errors', () => {
  test.each([
    [404, 'NotFound', ApiError.isNotFound],
    [403, 'Forbidden', ApiError.isForbidden],
    [409, 'Conflict', ApiError.isConflict],
    [409, 'AlreadyExists', ApiError.isAlreadyExists],
    [410, 'Expired', ApiError.isGone],
    [422, 'Invalid', ApiError.isInvalid],
  ])('a refusal with %i %s is told from others', async (status, reason, is) => {
    const { api, client } = await connected(cleanup);
    api.fault({ status, reason });
    const error = await failureOf(client.create(THING, thing('one')));
    const { isNotFound, isForbidden, isConflict, isAlreadyExists, isGone, isInvalid } = ApiError;
    const predicates = [isNotFound, isForbidden, isConflict, isAlreadyExists, isGone, isInvalid];
    expect(error).toMatchObject({ status, reason, message: 'scripted' });
    expect(predicates.filter((predicate) => predicate(error))).toEqual([is]);
  });

  test('the answer of a proxy that knows no Kubernetes is an error with its status', async () => {
    const { api, client } = await connected(cleanup);
    api.absent.add('example.org/things');
    expect(await failureOf(client.list(THING))).toMatchObject({ status: 404, reason: '', message: 'the API server answered 404' });
  });

  test('no connection is a TransportError that says why', async () => {
    const { api, client } = await connected(cleanup, { maxAttempts: 1 });
    await api.close();
    const error = await failureOf(client.get(THING, REF));
    expect(error).toBeInstanceOf(TransportError);
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });

  test.each([
    ['is cut', { cut: 'after' as const }],
    ['is not JSON', { body: '<html>' }],
  ])('an answer that %s is a TransportError', async (_, fault) => {
    const { api, client } = await connected(cleanup, { maxAttempts: 1 });
    api.store.put(THINGS, thing('one'));
    api.fault(fault);
    expect(await failureOf(client.get(THING, REF))).toBeInstanceOf(TransportError);
  });

  test.each([
    ['is cut', { cut: 'after' as const }],
    ['is not JSON', { body: '<html>' }],
    ['has an item that is not JSON', { body: '{"metadata":{},"items":[{"a":1},{b}]}' }],
  ])('a page that %s is a TransportError, and is not asked for again', async (_, fault) => {
    const { api, client } = await connected(cleanup);
    api.store.put(THINGS, thing('one'));
    api.fault(fault);
    expect(await failureOf(client.page(THING, {}, () => undefined))).toBeInstanceOf(TransportError);
    expect(api.requests).toHaveLength(1);
  });
});
