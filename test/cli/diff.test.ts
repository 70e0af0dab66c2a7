import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { EXIT } from '../../src/cli/errors';
import { substratus } from './run';

const ROOT = path.resolve(__dirname, '../..');

/* They synthesize in processes of their own. */
jest.setTimeout(60_000);

/** A cdk8s app in plain JavaScript: what a user's is, but quick to start. */
const app = (kind: string, image: string): string => `
const { App, Chart, ApiObject } = require('cdk8s');
const app = new App();
const chart = new Chart(app, 'team', { namespace: 'team-a' });
new ApiObject(chart, 'x', { apiVersion: 'substratus.ai/v1', kind: '${kind}', metadata: { name: 'chat' }, spec: { image: '${image}', model: { name: 'opt' } } });
app.synth();
`;

/** Tells when it runs, and when it is ended. */
const SLOW = `
const fs = require('node:fs');
process.on('SIGTERM', () => { fs.writeFileSync(process.env.STARTED + '.ended', ''); process.exit(1); });
setInterval(() => undefined, 1000);
fs.writeFileSync(process.env.STARTED, '');
`;

const SETTINGS = 'language: typescript\napp: node main.js\n';

function write(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    fs.writeFileSync(path.join(directory, name), text);
  }
}

function folder(files: Readonly<Record<string, string>> = {}): string {
  const directory = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'substratus-')));
  write(directory, files);
  return directory;
}

function git(directory: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.com', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...identity, ...args], { cwd: directory, encoding: 'utf8' });
}

function commit(directory: string, files: Readonly<Record<string, string>>, tag: string): void {
  write(directory, files);
  git(directory, 'add', '--all');
  git(directory, 'commit', '--quiet', '--message', tag);
  git(directory, 'tag', tag);
}

/** A repository with an app in folder `ml`, whose packages git does not have, and two versions of it. */
function repository(): { readonly root: string; readonly cwd: string } {
  const root = folder();
  git(root, 'init', '--quiet', '--initial-branch', 'main');
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(root, 'node_modules'));
  commit(root, { '.gitignore': 'node_modules\n', 'ml/cdk8s.yaml': SETTINGS, 'ml/main.js': app('Server', 'acme/server:1') }, 'one');
  commit(root, { 'ml/main.js': app('Server', 'acme/server:2') }, 'two');
  return { root, cwd: path.join(root, 'ml') };
}

/** Nothing is left of what was synthesized aside. */
function expectClean(root: string): void {
  expect(git(root, 'worktree', 'list').trim().split('\n')).toHaveLength(1);
  expect(fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith('substratus-diff-'))).toEqual([]);
}

const ROLLS = 'cluster dist\n'
  + '  ~ Server team-a/chat rolls beside the former replicas\n'
  + '      image: acme/server:1 → acme/server:2\n'
  + '\n'
  + '1 rolling\n';

const MANIFEST = 'apiVersion: substratus.ai/v1\nkind: Server\nmetadata: {name: chat, namespace: team-a}\nspec: {image: a, model: {name: opt}}\n';

describe('git revisions', () => {
  test('are synthesized aside by the command of the app, and nothing is left of it', async () => {
    const { root, cwd } = repository();
    expect(await substratus(['diff', 'one', 'two'], { cwd })).toEqual({ exitCode: EXIT.ok, stdout: ROLLS, stderr: '' });
    expect(await substratus(['diff', 'one..two'], { cwd })).toMatchObject({ stdout: ROLLS });
    expect(fs.readdirSync(cwd).sort()).toEqual(['cdk8s.yaml', 'main.js']);
    expect(git(root, 'status', '--porcelain')).toBe('');
    expectClean(root);
  });

  test('one is compared with the working copy as it is now, and without any it is HEAD', async () => {
    const { cwd } = repository();
    expect(await substratus(['diff', 'one'], { cwd })).toMatchObject({ stdout: ROLLS });
    expect(await substratus(['diff'], { cwd })).toMatchObject({ stdout: 'nothing changes\n' });
    write(cwd, { 'main.js': app('Notebook', 'acme/server:2') });
    expect((await substratus(['diff'], { cwd })).stdout).toContain('+ Notebook team-a/chat starts');
  });

  test('with three dots it is what a branch has changed since it left', async () => {
    const { root, cwd } = repository();
    git(root, 'checkout', '--quiet', '-b', 'feature', 'one');
    commit(root, { 'ml/readme.md': 'x' }, 'three');
    expect(await substratus(['diff', 'main...feature'], { cwd })).toMatchObject({ stdout: 'nothing changes\n' });
    expect((await substratus(['diff', 'main..feature'], { cwd })).stdout).toContain('image: acme/server:2 → acme/server:1');
  });

  test('one that does not exist is told', async () => {
    const { cwd } = repository();
    expect(await substratus(['diff', 'nope'], { cwd })).toEqual({
      exitCode: EXIT.notFound, stdout: '', stderr: 'error: nope is neither a file, a folder nor a git revision; in CI, fetch it first (fetch-depth: 0)\n',
    });
  });

  test('one that does not synthesize shows the end of what its app said', async () => {
    const { root, cwd } = repository();
    const lines = 'for (let i = 0; i < 30; i++) console.log(`line ${i}`); console.error("model is not set"); process.exit(3);';
    commit(root, { 'ml/main.js': lines }, 'broken');
    const shown = [...Array.from({ length: 19 }, (_, index) => `  line ${index + 11}`), '  model is not set'].join('\n');
    const { exitCode, stderr, stdout } = await substratus(['diff', 'broken', 'two'], { cwd });
    expect([exitCode, stdout]).toEqual([EXIT.usage, '']);
    expect(stderr.replace(/\([0-9a-f]{12}\)/, '(…)')).toBe(
      `error: revision broken (…) does not synthesize: the app of cdk8s.yaml, node main.js, ended with exit code 3; the end of its output:\n${shown}\n`,
    );
    expectClean(root);
  });

  test('one without an app is told', async () => {
    const { root, cwd } = repository();
    expect((await substratus(['diff', 'one', 'two'], { cwd: root })).stderr.replace(/\([0-9a-f]{12}\)/, '(…)')).toBe(
      'error: revision one (…) has neither cdk8s.yaml nor cdktf.json with an app here; go to the folder of the app, or name folders to compare, such as dist\n',
    );
    commit(root, { 'ml/main.js': '' }, 'empty');
    expect((await substratus(['diff', 'empty', 'two'], { cwd })).stderr.replace(/\([0-9a-f]{12}\)/, '(…)'))
      .toBe('error: revision empty (…) does not synthesize: node main.js wrote nothing; call synth() in the app\n');
  });

  test('Ctrl-C ends the app and removes the working tree', async () => {
    const { root, cwd } = repository();
    commit(root, { 'ml/main.js': SLOW }, 'slow');
    const started = path.join(folder(), 'started');
    const stopping = new AbortController();
    const running = substratus(['diff', 'slow', 'two'], { cwd, signal: stopping.signal, env: { PATH: process.env.PATH, STARTED: started } });
    while (!fs.existsSync(started)) await new Promise((resolve) => { setTimeout(resolve, 20); });
    stopping.abort();
    expect(await running).toEqual({ exitCode: EXIT.interrupted, stdout: '', stderr: '' });
    expect(fs.existsSync(`${started}.ended`)).toBe(true);
    expectClean(root);
  });

  test('a folder that is in no repository is told', async () => {
    const cwd = folder();
    expect(await substratus(['diff', 'main'], { cwd })).toEqual({
      exitCode: EXIT.notFound, stdout: '',
      stderr: `error: main is neither a file nor a folder, and ${cwd} is not in a git repository; name two folders with manifests, such as the dist of two versions\n`,
    });
  });
});

describe('folders', () => {
  const other = MANIFEST.replace('image: a', 'image: b');

  test('are compared as they are, one of them with what the app has written', async () => {
    const cwd = folder({ 'old/a.yaml': MANIFEST, 'dist/a.yaml': other });
    expect((await substratus(['diff', 'old', 'dist'], { cwd })).stdout).toContain('image: a → b');
    expect((await substratus(['diff', 'old'], { cwd })).stdout).toContain('image: a → b');
  });

  test('exit with 1 for an effect where that is asked for', async () => {
    const cwd = folder({ 'old/a.yaml': MANIFEST, 'new/a.yaml': other });
    expect(await substratus(['diff', 'old', 'new', '--exit-code'], { cwd })).toMatchObject({ exitCode: EXIT.no });
    expect(await substratus(['diff', 'old', 'old', '--exit-code'], { cwd })).toMatchObject({ exitCode: EXIT.ok, stdout: 'nothing changes\n' });
  });

  test('are told as JSON and as Markdown too', async () => {
    const cwd = folder({ 'old/a.yaml': MANIFEST, 'new/a.yaml': other });
    const { stdout } = await substratus(['diff', 'old', 'new', '--output', 'json'], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({
      effects: [{
        effect: 'rolls', subject: { scope: 'new', side: 'kubernetes', kind: 'Server', namespace: 'team-a', name: 'chat' }, words: 'rolls beside the former replicas',
        changes: [{ field: 'image', from: 'a', to: 'b' }], causes: [], notes: [],
      }],
    });
    expect((await substratus(['diff', 'old', 'new', '--output', 'markdown'], { cwd })).stdout).toBe(
      '<!-- substratus diff -->\n\n**Effects: 1 rolling**\n\n### cluster new\n\n'
      + '- **Server team-a/chat** rolls beside the former replicas\n  - `image`: `a` → `b`\n',
    );
  });

  test('without manifests are told', async () => {
    const cwd = folder({ 'old/a.yaml': MANIFEST, 'new/readme.txt': 'x' });
    expect(await substratus(['diff', 'old', 'new'], { cwd })).toEqual({
      exitCode: EXIT.usage, stdout: '', stderr: 'error: new holds neither manifests nor Terraform stacks; run cdk8s synth or cdktf synth\n',
    });
  });

  test('of a cluster that has another name are compared where a stack is the same', async () => {
    const manifest = (name: string): string => fs.readFileSync(path.join(ROOT, 'examples/multi-cloud/expected/gcp.yaml'), 'utf8')
      .replace(/"clusterName":"ml"/g, `"clusterName":"${name}"`).replace(/clusterName: ml\b/g, `clusterName: ${name}`);
    const stack = (name: string): string => JSON.stringify({ resource: { google_container_cluster: { ml: { name } } } });
    const files = ['one', 'two'].flatMap((name) => [[`${name}/a.yaml`, manifest(name)], [`${name}/stacks/gcp/cdk.tf.json`, stack(name)]]);
    const cwd = folder(Object.fromEntries(files) as Record<string, string>);
    const { exitCode, stdout, stderr } = await substratus(['diff', 'one', 'two', '--no-cost'], { cwd });
    expect([exitCode, stderr]).toEqual([EXIT.ok, expect.stringContaining('which are different clusters: all that runs starts in the one')]);
    expect(stdout).toContain('google_container_cluster ml is replaced');
  });

  test('of different clusters are told', async () => {
    const [gcp, aws] = ['gcp', 'aws'].map((name) => path.join(ROOT, `examples/multi-cloud/expected/${name}.yaml`));
    const { exitCode, stderr } = await substratus(['diff', gcp ?? '', aws ?? '']);
    expect([exitCode, stderr]).toEqual([
      EXIT.usage,
      `error: ${gcp} is for cluster ml (gcp) and ${aws} for cluster ml (aws), which are different clusters; compare what is synthesized for the same one\n`,
    ]);
  });
});
