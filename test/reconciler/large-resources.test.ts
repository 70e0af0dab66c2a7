/** A5: one tenant does not end the reconciler of everybody. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { buildSync } from 'esbuild';
import { nodeOptions } from '../../src/constructs/reconciler/reconciler-program';
import { model, platformOf } from '../expand/fixtures';
import { FakeApi, place } from './fake-api';
import { Cleanup } from './fixtures';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const SECONDS = 120;
/** Near what etcd takes of one object; all of them together are larger than the heap may be. */
const TEXT = 'x'.repeat(0.9 * 2 ** 20);
const LARGE = 100;

const MAIN = path.join(__dirname, '../../src/reconciler/main.ts');

/** The program as its container has it: one file, with the heap that the limit of its memory leaves. */
function started(api: FakeApi): ChildProcess {
  const folder = cleanup.add(fs.mkdtempSync(path.join(os.tmpdir(), 'large-')), (each) => fs.rmSync(each, { recursive: true }));
  const bundle = path.join(folder, 'reconciler.js');
  buildSync({ entryPoints: [MAIN], outfile: bundle, bundle: true, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'error' });
  const [platform, kubeconfig] = [path.join(folder, 'platform.json'), path.join(folder, 'kubeconfig')];
  fs.writeFileSync(platform, JSON.stringify(platformOf('gcp')));
  fs.writeFileSync(kubeconfig, JSON.stringify({
    'apiVersion': 'v1', 'kind': 'Config', 'current-context': 'a',
    'contexts': [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
    'clusters': [{ name: 'a', cluster: { server: api.url } }],
    'users': [{ name: 'a', user: {} }],
  }));
  const environment = { KUBECONFIG: kubeconfig, PLATFORM_FILE: platform, NODE_OPTIONS: nodeOptions(), LEADER_ELECT: 'false', HEALTH_PORT: '0', METRICS_PORT: '0' };
  return cleanup.add(spawn(process.execPath, [bundle], { env: { ...process.env, ...environment }, stdio: ['ignore', 'ignore', 'pipe'] }), (child) => child.kill('SIGKILL'));
}

function put(api: FakeApi, name: string, spec: object): void {
  api.store.put(place('substratus.ai', 'models', 'team-a'), { ...model(spec, name), metadata: { name, namespace: 'team-a' } } as never);
}

function reasonOf(api: FakeApi, name: string): string | undefined {
  const { status } = (api.store.get(place('substratus.ai', 'models', 'team-a'), name) ?? {}) as { status?: { conditions?: { type: string; reason: string }[] } };
  return status?.conditions?.find(({ type }) => type === 'Ready')?.reason;
}

test(`A5: ${LARGE} Models of 0.9 MiB do not end it, and all are worked on, as is that of another tenant`, async () => {
  const api = cleanup.add(await FakeApi.start(), (server) => server.close());
  const names = Array.from({ length: LARGE }, (_, index) => `large-${index}`);
  for (const name of names) put(api, name, { params: { prompt: TEXT } });
  put(api, 'small', {});
  const child = started(api);
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => { words += chunk.toString(); });
  for (const end = Date.now() + SECONDS * 1000; ![...names, 'small'].every((name) => reasonOf(api, name) === 'Checking');) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`it has ended (${child.exitCode ?? child.signalCode}): ${words.slice(-2000)}`);
    if (Date.now() > end) throw new Error(`not all are worked on: ${JSON.stringify(names.map((name) => reasonOf(api, name)))} ${words.slice(-2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}, (SECONDS + 30) * 1000);
