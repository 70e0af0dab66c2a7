/** `substratus images` of what examples synthesize. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { App, Chart } from 'cdk8s';
import { ClusterAddons, GitOps, ModelGateway, Platform, Server } from '../../src';
import { EXIT } from '../../src/cli/errors';
import type { KubeObject } from '../../src/expand';
import { substratus } from './run';

const QUICKSTART = 'examples/quickstart/expected/local.yaml';

function folderWith(files: Readonly<Record<string, unknown>>): string {
  const folder = fs.mkdtempSync(path.join(process.env.TMPDIR ?? '/tmp', 'images-'));
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

test('are those of programs, helpers and the reconciler, one a line', async () => {
  const { stdout, exitCode } = await substratus(['images', QUICKSTART]);
  expect(exitCode).toBe(EXIT.ok);
  const images = stdout.trimEnd().split('\n');
  expect([...images].sort()).toEqual(images);
  for (const image of ['docker.io/rclone/rclone:', 'docker.io/library/node:', 'ghcr.io/ggml-org/llama.cpp:server-', 'quay.io/jupyter/pytorch-notebook:']) {
    expect(images.filter((each) => each.startsWith(image))).toHaveLength(1);
  }
});

test('are told with what runs them, as JSON', async () => {
  const { images } = JSON.parse((await substratus(['images', QUICKSTART, '-o', 'json'])).stdout) as { images: { image: string; usedBy: string[] }[] };
  const rclone = images.find(({ image }) => image.includes('rclone'));
  expect(rclone?.usedBy).toEqual(expect.arrayContaining([expect.stringMatching(/: Dataset .* \(check\)$/), expect.stringMatching(/: Model .* \(publish\)$/)]));
  expect(images.find(({ image }) => image.includes('library/node'))?.usedBy).toEqual([expect.stringMatching(/: Deployment substratus\/substratus-reconciler$/)]);
});

test('have a copy in another registry, by their whole names', async () => {
  const platform = { cloud: 'local', clusterName: 'ml', artifacts: { url: 'file:///tmp' }, imageMirrors: { 'docker.io': 'mirror.example.com/docker' } };
  const folder = folderWith({
    'dist/a.json': { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'substratus-platform', namespace: 'substratus' }, data: { 'platform.json': JSON.stringify(platform) } },
    'dist/b.json': { apiVersion: 'substratus.ai/v1', kind: 'Notebook', metadata: { name: 'lab', namespace: 'team' }, spec: { image: 'acme/lab:1' } },
    'dist/c.json': { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x' }, spec: { template: { spec: { containers: [{ name: 'x', image: 'mirror.example.com/docker/rclone/rclone:1' }] } } } },
  });
  const own = await substratus(['images'], { cwd: folder });
  expect(own.stdout).toBe('acme/lab:1\ndocker.io/rclone/rclone:1 mirror.example.com/docker/rclone/rclone:1\n');
  const to = await substratus(['images', '--to', 'r.example.com/m/'], { cwd: folder });
  expect(to.stdout).toBe('docker.io/acme/lab:1 r.example.com/m/docker.io/acme/lab:1\ndocker.io/rclone/rclone:1 r.example.com/m/docker.io/rclone/rclone:1\n');
});

test('are those of endpoint pickers too', async () => {
  const platform = { cloud: 'local', clusterName: 'ml', artifacts: { url: 'file:///tmp' }, inferenceExtension: {} };
  const spec = { model: { name: 'opt' }, runtime: { name: 'vllm' }, replicas: 2, routing: 'prefixAware' };
  const folder = folderWith({
    'dist/a.json': { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'substratus-platform' }, data: { 'platform.json': JSON.stringify(platform) } },
    'dist/b.json': { apiVersion: 'substratus.ai/v1', kind: 'Model', metadata: { name: 'opt', namespace: 'team' }, spec: { image: 'acme/opt:1' } },
    'dist/c.json': { apiVersion: 'substratus.ai/v1', kind: 'Server', metadata: { name: 'chat', namespace: 'team' }, spec },
  });
  const { images } = JSON.parse((await substratus(['images', '-o', 'json'], { cwd: folder })).stdout) as { images: { image: string; usedBy: string[] }[] };
  expect(images.find(({ image }) => image === 'registry.k8s.io/gateway-api-inference-extension/epp:v1.5.0')?.usedBy).toEqual(['ml: Server team/chat (serve)']);
});

describe('of engines', () => {
  const PLATFORM = { cloud: 'local', clusterName: 'ml', artifacts: { url: 'file:///tmp' }, keda: {}, envoyGateway: {} };
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'substratus-platform' }, data: { 'platform.json': JSON.stringify(PLATFORM) } };
  const GATEWAY = ['ai-gateway-controller:v1.0.0', 'ai-gateway-extproc:v1.0.0', 'envoy:distroless-v1.38.3', 'gateway:v1.8.3', 'ratelimit:1e50889b'];
  const known = GATEWAY.map((image) => `docker.io/envoyproxy/${image}\n`).join('');
  const unknown = (chart: string): string => `warning: a chart has images of its own: ml: ${chart}; helm template lists them\n`;

  /** As ClusterAddons writes them. */
  function installed(gitOps: GitOps): KubeObject[] {
    const app = new App();
    const platform = Platform.local({ clusterName: 'ml' });
    platform.addKeda();
    platform.addEnvoyGateway();
    platform.addWorkspace('team-a');
    const chart = new Chart(app, 'system');
    const models = new Chart(app, 'gateway', { namespace: 'models' });
    const gateway = new ModelGateway(models, 'models', { platform });
    gateway.serve(Server.fromServerAttributes(models, 'chat', { serverName: 'chat', serverNamespace: 'team-a' }));
    new ClusterAddons(chart, 'addons', { platform, gitOps, gateway, engines: { certManager: true } });
    return chart.toJson() as KubeObject[];
  }

  test.each([
    ['Flux', GitOps.flux(), 'oci://quay.io/jetstack/charts/cert-manager v1.21.2'],
    ['Argo CD', GitOps.argoCd(), 'quay.io/jetstack/charts/cert-manager v1.21.2'],
  ])('that %s installs are listed as far as they are known, and the charts of the others are said', async (_, gitOps, certManager) => {
    const objects = Object.fromEntries(installed(gitOps).map((object, index) => [`dist/${String(index).padStart(2, '0')}.json`, object]));
    const { stdout, stderr } = await substratus(['images'], { cwd: folderWith({ 'dist/platform.json': configMap, ...objects }) });
    expect(stdout).toBe(known);
    expect(stderr).toBe([certManager, 'https://kedacore.github.io/charts/keda 2.21.0', 'https://kedacore.github.io/charts/keda-add-ons-http 0.15.0'].map(unknown).join(''));
  });

  test('that a script installs, or that are there already, are those that the platform says', async () => {
    const { stdout, stderr } = await substratus(['images'], { cwd: folderWith({ 'dist/platform.json': configMap }) });
    expect(stdout).toBe(known);
    expect(stderr).toBe(['keda 2.21.0', 'keda-add-ons-http 0.15.0'].map((chart) => unknown(`https://kedacore.github.io/charts/${chart}`)).join(''));
  });

  test('in another version are not known', async () => {
    const other = { ...configMap, data: { 'platform.json': JSON.stringify({ ...PLATFORM, keda: undefined, envoyGateway: { version: '1.9.0' } }) } };
    const { stdout, stderr } = await substratus(['images'], { cwd: folderWith({ 'dist/platform.json': other }) });
    expect(stdout).not.toContain('envoyproxy/gateway');
    expect(stderr).toBe(unknown('oci://docker.io/envoyproxy/gateway-helm v1.9.0'));
  });

  test('come from a mirror', async () => {
    const mirrored = { ...configMap, data: { 'platform.json': JSON.stringify({ ...PLATFORM, imageMirrors: { 'docker.io': 'mirror.example.com' } }) } };
    const { stdout } = await substratus(['images'], { cwd: folderWith({ 'dist/platform.json': mirrored }) });
    expect(stdout).toContain('docker.io/envoyproxy/gateway:v1.8.3 mirror.example.com/envoyproxy/gateway:v1.8.3\n');
  });
});

test('of what cannot be expanded are not known, which is said', async () => {
  const platform = { cloud: 'local', clusterName: 'ml', artifacts: { url: 'file:///tmp' } };
  const folder = folderWith({
    'dist/a.json': { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'substratus-platform' }, data: { 'platform.json': JSON.stringify(platform) } },
    'dist/b.json': { apiVersion: 'substratus.ai/v1', kind: 'Model', metadata: { name: 'opt', namespace: 'team' }, spec: { runtime: { name: 'hugginface' } } },
  });
  const { stdout, stderr, exitCode } = await substratus(['images'], { cwd: folder });
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: EXIT.ok });
  expect(stderr).toBe('warning: its images are not known: ml: Model team/opt: runtime is hugginface, which does not exist; did you mean huggingface?\n');
});

test('fail where nothing was synthesized', async () => {
  expect(await substratus(['images'], { cwd: folderWith({}) })).toMatchObject({
    exitCode: EXIT.usage, stdout: '', stderr: expect.stringMatching(/^error: neither dist nor cdktf.out is in .*; run cdk8s synth or cdktf synth there, or name the folders to read\n$/),
  });
});
