/** apply.sh, run against a stand-in for kubectl. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { Build, Model, Platform, Preview, Workspace } from '../../../src';
import type { WorkspaceOptions } from '../../../src';
import type { KubeObject } from '../../../src/expand';
import { local, model, notebook, server, stack, temporary, workspace } from '../fixtures';

interface State {
  readonly objects: Record<string, KubeObject & { readonly token?: string }>;
  readonly log: string[];
  readonly failing?: string[];
  readonly published?: string[];
  /** What the scheduler says of the pods of Jobs and Deployments. */
  readonly pending?: Record<string, string>;
  /** Job during which the script is interrupted. */
  readonly stop?: string;
}

interface Run extends State {
  readonly status: number | null;
  readonly output: string;
  again(change?: Partial<State>): Run;
}

function ejected(declare: (team: Workspace) => unknown): string {
  const directory = temporary();
  const team = workspace(local());
  declare(team);
  Preview.of(team).eject(directory);
  return directory;
}

/** Workspace team-a, with a model that is built. */
function builtModel(options: WorkspaceOptions): string {
  const folder = temporary();
  const platform = Platform.local({ clusterName: 'kind', registry: 'registry.example.com/acme' });
  platform.addWorkspace('team-a', { builds: true, ...options });
  const team = new Workspace(new App(), 'team-a', { platform });
  new Model(team, 'opt', { imageBuild: Build.git({ url: 'https://example.com/models' }) });
  Preview.of(team).eject(folder);
  return folder;
}

/** Runs the script; `sleep` takes no time, so that a Job that never ends fails the test by its timeout. */
function run(directory: string, state: Partial<State> = {}): Run {
  const file = join(directory, 'state.json');
  mkdirSync(join(directory, 'bin'), { recursive: true });
  writeFileSync(join(directory, 'bin', 'sleep'), '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(file, JSON.stringify({ objects: {}, log: [], ...state }));
  const { status, stdout, stderr } = spawnSync(join(directory, 'apply.sh'), {
    encoding: 'utf8', timeout: 60_000,
    env: { PATH: `${join(directory, 'bin')}:${process.env.PATH}`, STATE: file, KUBECTL: `${process.execPath} ${join(__dirname, 'fake-kubectl.mjs')}` },
  });
  const after = JSON.parse(readFileSync(file, 'utf8')) as State;
  return { ...after, status, output: stdout + stderr, again: (change) => run(directory, { ...state, objects: after.objects, ...change }) };
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** The log without digests. */
function steps({ log }: State): string[] {
  return log.filter((line) => /^(apply (Job|Deployment|Secret)|create Secret|delete)/.test(line)).map((line) => line.replace(/-[0-9a-hjkmnp-tv-z]{8}/g, ''));
}

/* Each call of the stand-in takes a new process, so the tests share what they can. */
let directory = '';
let first: Run;

beforeAll(() => {
  directory = ejected(stack);
  first = run(directory);
}, 60_000);

test('everything is applied in order, and the staging volumes go once they are published', () => {
  const result = first;
  expect([result.status, result.output.trim().split('\n').at(-1)]).toEqual([0, 'Done']);
  expect(result.log.slice(0, 2)).toEqual(['apply Namespace team-a', 'apply ServiceAccount artifact-writer']);
  expect(steps(result)).toEqual([
    'apply Job opt-model-check', 'apply Job squad-dataset-check',
    'apply Job opt-model-run', 'apply Job squad-dataset-run',
    'apply Job opt-model-publish', 'apply Job squad-dataset-publish',
    'delete pods of opt-model-run', 'delete pods of opt-model-publish', 'delete opt-model-staging',
    'delete pods of squad-dataset-run', 'delete pods of squad-dataset-publish', 'delete squad-dataset-staging',
    'apply Job tuned-model-check', 'apply Job tuned-model-run', 'apply Job tuned-model-publish',
    'delete pods of tuned-model-run', 'delete pods of tuned-model-publish', 'delete tuned-model-staging',
    'apply Deployment chat-server', 'create Secret lab-notebook-token', 'apply Deployment lab-notebook',
  ]);
});

test('publish learns which image has run', () => {
  const { objects } = first;
  const publish = Object.entries(objects).find(([key]) => /^job\/team-a\/opt-.*publish/.test(key))?.[1];
  expect(publish).toMatchObject({ spec: { template: { metadata: { annotations: { 'substratus.ai/image-digest': 'acme/model@sha256:last' } } } } });
});

test('a second run asks again what is published, runs none of it, and keeps the token', () => {
  const second = first.again();
  const token = ({ objects }: State): string => objects['secret/team-a/lab-notebook-token']?.token ?? '';
  expect(second.status).toBe(0);
  const again = steps(second).filter((line) => /Job|Secret/.test(line));
  expect(again).toEqual(['apply Job opt-model-check', 'apply Job squad-dataset-check', 'apply Job tuned-model-check']);
  expect(token(first)).toMatch(/^[0-9a-f]{48}$/);
  expect(token(second)).toBe(token(first));
});

test('each notebook has a token of its own', () => {
  const tokens = [first, run(ejected((team) => notebook(team)))].map(({ objects }) => objects['secret/team-a/lab-notebook-token']?.token);
  expect(new Set(tokens).size).toBe(2);
});

test('what is published already is not run', () => {
  const result = run(ejected((team) => model(team)), { published: ['model-check'] });
  expect(result.status).toBe(0);
  expect(steps(result).filter((line) => /run|publish|delete pods|staging/.test(line))).toEqual([]);
  expect(result.output).toMatch(/Model:team-a\/opt-\w{8} is published already/);
});

test('a Job that fails stops all with its final output', () => {
  const result = run(ejected((team) => model(team)), { failing: ['model-run'] });
  expect(result.status).toBe(1);
  expect(result.output).toMatch(/Model:team-a\/opt-\w{8} failed \(run\); its final output:\nout of memory\nVolume team-a\/opt-\w{8}-model-staging-\w+ stays; /);
  expect(steps(result).some((line) => line.includes('publish'))).toBe(false);
});

const interrupted = once(() => run(ejected((team) => model(team)), { stop: 'model-run' }));

test('R14: what an interrupted run leaves is named, and the next run goes on with it and deletes it', () => {
  const stopped = interrupted();
  expect(stopped.status).toBe(130);
  expect(stopped.output).toMatch(/\nVolume team-a\/opt-\w{8}-model-staging-\w+ stays; the next run goes on with it, and deletes it once its content is published\n$/);
  const resumed = stopped.again({ stop: undefined });
  expect(resumed.status).toBe(0);
  expect(resumed.output).toMatch(/Model:team-a\/opt-\w{8}: going on with Job opt-\S+-model-run-\S+ of an earlier run/);
  expect(steps(resumed).slice(-1)).toEqual(['delete opt-model-staging']);
  expect(Object.keys(resumed.objects).filter((key) => key.includes('staging'))).toEqual([]);
});

test('R14: a volume that is left although its artifact is published is deleted', () => {
  const resumed = interrupted().again({ stop: undefined, published: ['model-check'] });
  expect(resumed.output).toMatch(/: deleting volume opt-\w{8}-model-staging-\w+, which an earlier run has left/);
  expect(Object.keys(resumed.objects).filter((key) => key.includes('staging'))).toEqual([]);
});

test('R14: the volume of a recipe that has changed since is named', () => {
  const { objects } = interrupted();
  const changed = run(ejected((team) => model(team, 'opt', { params: { layers: 2 } })), { objects });
  expect(changed.status).toBe(0);
  expect(changed.output).toMatch(/Note: volume team-a\/opt-\w{8}-model-staging-\w+ belongs to nothing that is declared here; .* delete pvc opt-/);
});

test('R6: why a pod is pending is told while the script waits, once', () => {
  const cause = '0/1 nodes are available: 1 Insufficient cpu.';
  const { status, output } = run(ejected((team) => model(team).serve('chat', { image: 'acme/server' })), { pending: { 'model-publish': cause, 'chat': cause } });
  expect(status).toBe(0);
  expect(output.split('\n').filter((line) => line.includes(cause))).toEqual([
    expect.stringMatching(/^ {4}opt-\S+-model-publish-\S+-pod: 0\/1 nodes are available: 1 Insufficient cpu\.$/),
    expect.stringMatching(/^ {4}chat\S*-pod: 0\/1/),
  ]);
});

test('what is suspended is left out with what needs it, and nothing else', () => {
  const result = run(ejected((team) => {
    model(team, 'opt', { suspend: true }).serve('chat', { image: 'acme/server' });
    model(team, 'other', { image: 'acme/other' }).serve('other-chat', { image: 'acme/server' });
  }));
  expect([result.status, steps(result).filter((line) => /Deployment/.test(line))]).toEqual([0, ['apply Deployment other-chat-server']]);
  expect(result.output).toMatch(/Model:team-a\/opt-\w{8} is left out: it is suspended \(check\)\n/);
  expect(result.output).toMatch(/Server:team-a\/chat is left out: it needs Model:team-a\/opt-\w{8}\n/);
});

test('groups of pods on many nodes are waited for until all of them are up and of this revision', () => {
  const platform = local();
  platform.addLeaderWorkerSet();
  const folder = temporary();
  const team = workspace(platform);
  server(team, 'chat', { nodes: 2 });
  Preview.of(team).eject(folder);
  const result = run(folder, { pending: { leaderworkerset: '0/2 nodes are available' } });
  expect([result.status, result.log.filter((line) => line.includes('group') || line.includes('ask'))]).toEqual([0, [
    'apply NetworkPolicy substratus-groups', 'apply NetworkPolicy chat-group', 'apply LeaderWorkerSet chat-group',
    'ask leaderworkerset.leaderworkerset.x-k8s.io/chat-group',
  ]]);
  expect(spawnSync('sh', ['-n', join(folder, 'apply.sh')], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  expect(readFileSync(join(directory, 'apply.sh'), 'utf8')).not.toContain('leaderworkerset');
});

test('the script is what any shell understands', () => {
  const script = join(directory, 'apply.sh');
  expect(spawnSync('sh', ['-n', script], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  const shellcheck = spawnSync('shellcheck', ['--exclude', 'SC2086,SC2016', script], { encoding: 'utf8' });
  if (shellcheck.error === undefined) expect(shellcheck.stdout).toBe('');
});

test('the namespace comes first, also where its name does not', () => {
  const text = readFileSync(join(directory, 'apply.sh'), 'utf8');
  expect(text.split('\n').find((line) => line.startsWith('apply '))).toBe("apply 'wave-00/namespace_team-a.yaml'");
});

test.each([
  [{}, 'team-a-builds'],
  [{ buildNamespace: 'team-a' }, 'team-a'],
])('A20: a build is applied and waited for where it runs (%j), and the rest where its model is', (options, namespace) => {
  const built = builtModel(options);
  const { status, objects } = run(built);
  const jobs = Object.keys(objects).filter((key) => key.startsWith('job/')).map((key) => key.replace(/-[0-9a-hjkmnp-tv-z]{8}/g, ''));
  expect(status).toBe(0);
  expect(jobs).toEqual([`job/${namespace}/opt-model-build`, 'job/team-a/opt-model-check', 'job/team-a/opt-model-run', 'job/team-a/opt-model-publish']);
  const failing = run(built, { failing: ['build'] });
  expect([failing.status, failing.output.includes('Model:team-a/opt-')]).toEqual([1, true]);
  expect(failing.output).toContain('failed (build); its final output:');
});
