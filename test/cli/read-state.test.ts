import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { readState } from '../../src/cli/read-state';

const EXAMPLES = path.resolve(__dirname, '../../examples');

/** A folder with these files. */
function folder(files: Readonly<Record<string, string>>): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'substratus-'));
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    fs.writeFileSync(path.join(directory, name), text);
  }
  return directory;
}

const MODEL = 'apiVersion: substratus.ai/v1\nkind: Model\nmetadata: {name: opt, namespace: team-a}\nspec: {image: acme/model}\n';

test('the golden manifests of the multi-cloud example are three clusters and three stacks', () => {
  const { clusters, stacks } = readState([path.join(EXAMPLES, 'multi-cloud/expected')]);
  expect(clusters.map(({ platform, resources }) => [platform?.cloud, resources.length])).toEqual([['aws', 6], ['azure', 6], ['gcp', 6]]);
  expect(stacks.map(({ name }) => name)).toEqual(['aws', 'azure', 'gcp']);
  expect(Object.keys(stacks[2]?.terraform.resource ?? {})).toContain('google_container_cluster');
});

test('without paths it is what the app has written, where its settings say', () => {
  const stack = JSON.stringify({ resource: {} });
  const plain = folder({ 'dist/a.k8s.yaml': MODEL, 'cdktf.out/stacks/gcp/cdk.tf.json': stack, 'cdktf.out/manifest.json': '{}', 'other/b.yaml': 'kind: [' });
  const { clusters, stacks } = readState([], { directory: plain });
  expect(clusters).toMatchObject([{ name: 'dist', resources: [{ kind: 'Model', metadata: { name: 'opt' } }] }]);
  expect(stacks.map(({ name }) => name)).toEqual(['gcp']);
  const configured = folder({ 'cdk8s.yaml': 'output: build/k8s\n', 'cdktf.json': '{"output": "build/tf"}', 'build/k8s/a.yaml': MODEL });
  expect(readState([], { directory: configured }).clusters).toMatchObject([{ name: 'build/k8s' }]);
});

test('YAML means what it means to Kubernetes', () => {
  const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: odd}\ndata: {mode: 0644, on: 2026-11-27, time: 12:30}\n---\n---\n# nothing\n';
  const directory = folder({ 'odd.yaml': text });
  expect(readState(['odd.yaml'], { directory }).clusters[0]?.objects).toMatchObject([{ data: { mode: 420, true: '2026-11-27', time: '12:30' } }]);
});

test('fails where nothing was synthesized', () => {
  const empty = folder({});
  expect(() => readState([], { directory: empty }))
    .toThrow(`neither dist nor cdktf.out is in ${empty}; run cdk8s synth or cdktf synth there, or name the folders to read`);
  expect(() => readState(['dits'], { directory: empty }))
    .toThrow(`there is no file or folder dits in ${empty}; run cdk8s synth or cdktf synth first, or name another`);
  const bare = folder({ 'dist/readme.txt': 'x', 'dist/values.yaml': 'replicas: 2\n' });
  expect(() => readState([], { directory: bare })).toThrow('dist holds neither manifests nor Terraform stacks; run cdk8s synth or cdktf synth');
});

test('fails on a file that does not parse, with its line', () => {
  const directory = folder({ 'dist/a.k8s.yaml': `${MODEL}---\nkind: [\n`, 'cdktf.out/stacks/gcp/cdk.tf.json': '{', 'bad/cdk8s.yaml': 'a: [' });
  expect(() => readState(['dist'], { directory }))
    .toThrow('dist/a.k8s.yaml:7: it is not YAML (Flow sequence in block collection must be sufficiently indented and end with a ]); synthesize it again');
  expect(() => readState(['cdktf.out'], { directory })).toThrow(/^cdktf\.out\/stacks\/gcp\/cdk\.tf\.json: it is not JSON \(.+\); synthesize it again$/);
  expect(() => readState([], { directory: path.join(directory, 'bad') })).toThrow(/bad\/cdk8s\.yaml:1: Flow sequence/);
});

test('a link to a folder is not a file, whatever its name, and neither is one to nothing', () => {
  const directory = folder({ 'dist/a.yaml': MODEL, 'more/readme.txt': 'x' });
  fs.symlinkSync('../more', path.join(directory, 'dist/x.yaml'));
  fs.symlinkSync('../gone', path.join(directory, 'dist/y.yaml'));
  expect(readState(['dist'], { directory }).clusters).toMatchObject([{ resources: [{ metadata: { name: 'opt' } }] }]);
});

test('what several paths lead to is read once', () => {
  const directory = folder({ 'dist/a.yaml': MODEL, 'cdktf.out/stacks/gcp/cdk.tf.json': '{"resource": {}}' });
  const { stacks, clusters } = readState(['cdktf.out', 'cdktf.out/stacks', 'dist', 'dist/a.yaml'], { directory });
  expect([stacks.map(({ name }) => name), clusters.map(({ resources }) => resources.length)]).toEqual([['gcp'], [1]]);
});

test('fails on aliases that stand for too much', () => {
  const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x]', ...Array.from({ length: 9 }, (_, index) => `a${index + 1}: &a${index + 1} [${Array(9).fill(`*a${index}`).join(', ')}]`)];
  const directory = folder({ 'dist/a.yaml': `${bomb.join('\n')}\n` });
  expect(() => readState(['dist'], { directory })).toThrow(/^dist\/a\.yaml: its aliases cannot be followed \(Excessive alias count .+\); write out what they stand for$/);
});
