import * as fs from 'node:fs';
import * as path from 'node:path';
import { ENGINE_CHARTS, INFERENCE_EXTENSION } from '../../src/catalog/engine-charts';
import { helmLine, inferenceExtensionLine, installLine } from '../../src/catalog/engine-install';
import { engineOf } from '../../src/expand';

const ROOT = path.join(__dirname, '../..');

test('a chart of an index and one of a registry are installed by one line each', () => {
  expect(helmLine(ENGINE_CHARTS.keda))
    .toBe('helm upgrade --install keda keda --repo https://kedacore.github.io/charts --version 2.21.0 --namespace keda --create-namespace '
      + '--set extraArgs.keda.kube-api-qps=100 --set extraArgs.keda.kube-api-burst=200');
  expect(helmLine(ENGINE_CHARTS.envoyGateway, ['--skip-crds'])).toBe('helm upgrade --install eg oci://docker.io/envoyproxy/gateway-helm --version v1.8.3 '
    + '--skip-crds --namespace envoy-gateway-system --create-namespace');
  expect(inferenceExtensionLine())
    .toBe('kubectl apply --server-side -f https://github.com/kubernetes-sigs/gateway-api-inference-extension/releases/download/v1.5.0/manifests.yaml');
});

test('what is said where KEDA is missing is made of the table', () => {
  expect(engineOf('ScaledObject')?.install).toBe(installLine('keda', 'httpAddOn'));
});

test('releases have names of their own, and every row pins a version', () => {
  const charts = Object.values(ENGINE_CHARTS);
  expect(new Set(charts.map(({ release }) => release)).size).toBe(charts.length);
  for (const { version } of [...charts, INFERENCE_EXTENSION]) expect(version).toMatch(/^v?\d+\.\d+\.\d+$/);
});

/** The one place of versions is the table: a line elsewhere would go on to say an old one. */
test('no other file of src names a chart with its version', () => {
  const files = (fs.readdirSync(path.join(ROOT, 'src'), { recursive: true }) as string[]).filter((file) => file.endsWith('.ts') && !file.startsWith('catalog/engine-'));
  const lines = files.filter((file) => /helm (upgrade|install) |--version v?\d|releases\/download\/v/.test(fs.readFileSync(path.join(ROOT, 'src', file), 'utf8')));
  expect(lines).toEqual([]);
});

test('the lines in the docs are those of the table', () => {
  const docs = (fs.readdirSync(path.join(ROOT, 'docs')) as string[]).filter((file) => file.endsWith('.md'));
  const lines = docs.flatMap((file) => fs.readFileSync(path.join(ROOT, 'docs', file), 'utf8').replace(/ \\\n +/g, ' ').match(/^helm upgrade --install .*$/gm) ?? []);
  const plain = Object.values(ENGINE_CHARTS).map((chart) => helmLine(chart));
  expect(lines.length).toBeGreaterThan(1);
  expect(lines.filter((line) => !plain.includes(line))).toEqual([]);
});

test('the table in the docs has the versions of the charts', () => {
  const text = fs.readFileSync(path.join(ROOT, 'docs/engines.md'), 'utf8');
  for (const { chart, version } of Object.values(ENGINE_CHARTS)) expect(text).toMatch(new RegExp(`\`${chart}\`[^|]* ${version.replaceAll('.', '\\.')}`));
  expect(text).toContain(`| ${INFERENCE_EXTENSION.version}, a folder`);
});
