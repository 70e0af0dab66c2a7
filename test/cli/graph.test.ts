import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { stringify } from 'yaml';
import { EXIT } from '../../src/cli/errors';
import type { Graph } from '../../src/graph/model';
import { model, platformOf, server } from '../expand/fixtures';
import { substratus } from './run';

let cwd: string;

beforeEach(() => {
  cwd = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'graph-')), 'my-app');
  const platform = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'substratus-platform', namespace: 'substratus' }, data: { 'platform.json': JSON.stringify(platformOf('gcp')) } };
  fs.mkdirSync(path.join(cwd, 'dist'), { recursive: true });
  fs.writeFileSync(path.join(cwd, 'dist', 'app.k8s.yaml'), [platform, model(), server()].map((object) => stringify(object)).join('---\n'));
});

afterEach(() => fs.rmSync(path.dirname(cwd), { recursive: true }));

test('writes a page, and says what is in it', async () => {
  expect(await substratus(['graph'], { cwd })).toEqual({ exitCode: EXIT.ok, stdout: '', stderr: 'graph.html: 1 cluster · 1 workspace · 2 resources\n' });
  expect(fs.readFileSync(path.join(cwd, 'graph.html'), 'utf8')).toContain('<title>my-app</title>');
});

test('writes where it is told to, with the title that it is told', async () => {
  await substratus(['graph', 'dist', '--out', 'dist/picture.html', '--title', 'Our models'], { cwd });
  expect(fs.readFileSync(path.join(cwd, 'dist/picture.html'), 'utf8')).toContain('<h1>Our models</h1>');
});

test('prints the other formats', async () => {
  expect((await substratus(['graph', '--format', 'mermaid'], { cwd })).stdout).toMatch(/^flowchart LR\n {2}subgraph gcp_ml/);
  expect((await substratus(['graph', '--format', 'dot'], { cwd })).stdout).toMatch(/^digraph substratus \{\n/);
  expect((await substratus(['graph', '--out', '-'], { cwd })).stdout).toMatch(/^<!DOCTYPE html>/);
});

test.each([['--format', 'json'], ['--output', 'json'], ['-o', 'json']])('prints the graph as JSON with %s %s', async (...args) => {
  const { stdout, stderr } = await substratus(['graph', ...args], { cwd });
  const { nodes, edges } = JSON.parse(stdout) as Graph;
  expect(nodes.map(({ id }) => id)).toEqual(['gcp_ml', 'gcp_ml_bucket', 'gcp_ml_registry', 'gcp_ml_team_a', 'gcp_ml_team_a_model_opt', 'gcp_ml_team_a_server_chat']);
  expect(edges.map(({ type }) => type)).toEqual(['makes', 'reads']);
  expect(stderr).toBe('');
});

test('fails where nothing was synthesized', async () => {
  fs.rmSync(path.join(cwd, 'dist'), { recursive: true });
  expect(await substratus(['graph'], { cwd })).toEqual({
    exitCode: EXIT.usage, stdout: '',
    stderr: `error: neither dist nor cdktf.out is in ${cwd}; run cdk8s synth or cdktf synth there, or name the folders to read\n`,
  });
});

test('fails where the file cannot be written', async () => {
  const fails = async (out: string): Promise<string> => (await substratus(['graph', '--out', out], { cwd })).stderr;
  expect(await fails('nowhere/graph.html')).toBe('error: nowhere/graph.html cannot be written (its folder does not exist); name another file with --out\n');
  expect(await fails('dist')).toBe('error: dist cannot be written (it is a folder); name another file with --out\n');
});
