/** The whole program, on an API server in this process. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { ModelSpec } from '../../src/api/resource';
import { FORBIDDEN_GRACE_MS } from '../../src/reconciler/observe/scopes';
import { Program } from '../../src/reconciler/program';
import { settingsFrom } from '../../src/reconciler/settings';
import type { Settings } from '../../src/reconciler/settings';
import { model, platformOf } from '../expand/fixtures';
import { FakeApi, place } from './fake-api';
import { Cleanup } from './fixtures';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

interface Running {
  readonly api: FakeApi;
  readonly program: Program;
}

function settings(environment: Readonly<Record<string, string>>): Settings {
  const folder = cleanup.add(fs.mkdtempSync(path.join(os.tmpdir(), 'program-')), (each) => fs.rmSync(each, { recursive: true }));
  const file = path.join(folder, 'platform.json');
  fs.writeFileSync(file, JSON.stringify(platformOf('gcp', { workspaces: [{ namespace: 'team-a' }, { namespace: 'team-b' }] })));
  return settingsFrom({
    PLATFORM_FILE: file, HEALTH_PORT: '0', METRICS_PORT: '0', LOG_LEVEL: 'error', LEADER_ELECT: 'false',
    WATCH_NAMESPACES: 'team-a,team-b',
    ...environment,
  }, 'test');
}

async function running(environment: Readonly<Record<string, string>>, prepare: (api: FakeApi) => void): Promise<Running> {
  const api = cleanup.add(await FakeApi.start(), (server) => server.close());
  prepare(api);
  const program = new Program(settings(environment), { server: api.url }, () => undefined);
  let isStopped = false;
  const stop = program.stop.bind(program);
  program.stop = () => {
    isStopped = true;
    return stop();
  };
  cleanup.add(program, () => (isStopped ? undefined : stop()));
  await program.start();
  return { api, program };
}

interface Putting {
  readonly name: string;
  readonly namespace: string;
  readonly spec?: Partial<ModelSpec>;
}

function put(api: FakeApi, { name, namespace, spec = {} }: Putting): void {
  const resource = { ...model(spec, name), metadata: { name, namespace } };
  api.store.put(place('substratus.ai', 'models', namespace), { ...resource });
}

function reasonOf(api: FakeApi, name: string, namespace: string): unknown {
  const { status } = (api.store.get(place('substratus.ai', 'models', namespace), name) ?? {}) as { status?: { conditions?: { type: string; reason: string }[] } };
  return status?.conditions?.find(({ type }) => type === 'Ready')?.reason;
}

async function eventually(what: () => unknown, seconds = 20): Promise<void> {
  for (const end = Date.now() + seconds * 1000; !what();) {
    if (Date.now() > end) throw new Error(`did not come: ${String(what)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('A19: a namespace that it may not read keeps no other waiting, and is worked on once it may', async () => {
  const { api } = await running({}, (server) => {
    server.fault({ path: /namespaces\/team-b\//, status: 403, reason: 'Forbidden', times: Infinity });
    put(server, { name: 'opt', namespace: 'team-a' });
    put(server, { name: 'opt', namespace: 'team-b' });
  });
  await eventually(() => reasonOf(api, 'opt', 'team-a') === 'Checking');
  expect(reasonOf(api, 'opt', 'team-b')).toBeUndefined();
  /* One watch asks, and not all twelve. */
  const asked = api.requests.filter(({ path: asking }) => asking.includes('/namespaces/team-b/')).map(({ path: asking }) => asking);
  expect(new Set(asked)).toEqual(new Set(['/apis/substratus.ai/v1/namespaces/team-b/models']));
  api.heal();
  await eventually(() => reasonOf(api, 'opt', 'team-b') === 'Checking');
}, FORBIDDEN_GRACE_MS + 60_000);

test('A30: the lease is released before the Events are written, so that the next leader waits for no slow API server', async () => {
  const { api, program } = await running({ LEADER_ELECT: 'true', WATCH_NAMESPACES: '' }, (server) => {
    server.fault({ method: 'POST', path: /\/events$/, blackHole: true, times: Infinity });
    put(server, { name: 'opt', namespace: 'team-a', spec: { resources: { gpu: { type: 'none-of-these', count: 1 } } } });
  });
  await eventually(() => api.requests.some(({ path: asking, method }) => method === 'POST' && asking.endsWith('/events')));
  const lease = () => (api.store.get(place('coordination.k8s.io', 'leases', 'substratus'), 'substratus-reconciler') as { spec?: { holderIdentity?: string } } | undefined)?.spec;
  expect(lease()?.holderIdentity).toMatch(/^test-/);
  const stopped = program.stop();
  await eventually(() => lease()?.holderIdentity === '', 4);
  await stopped;
}, 60_000);
