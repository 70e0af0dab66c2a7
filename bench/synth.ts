/** One measurement of a synthesis: prints the milliseconds from `new App()` to the last file or sum. Usage: synth.ts <case> <charts> */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Cost, Dataset, Gpu, Loader, Model, Platform, Server, Workspace } from 'cdk-substratus';
import { ApiObject, App, Chart } from 'cdk8s';

const TRIPLES = 1000;

function withOurs(app: App, charts: number): void {
  const platform = Platform.gcp({ clusterName: 'bench', bucketName: 'bench', region: 'us-central1' });
  platform.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4 });
  for (let chart = 0; chart < charts; chart += 1) {
    platform.addWorkspace(`team-${chart}`);
    const workspace = new Workspace(app, `team-${chart}`, { platform });
    for (let index = 0; index < TRIPLES / charts; index += 1) {
      const dataset = new Dataset(workspace, `data-${index}`, { image: 'acme/loader', params: { urls: `https://example.com/${index}` } });
      const model = new Model(workspace, `model-${index}`, {
        image: 'acme/trainer', dataset, params: { epochs: index, lr: 0.1 }, resources: { gpu: Gpu.NVIDIA_L4 },
      });
      new Server(workspace, `server-${index}`, { image: 'acme/server', model, resources: { gpu: Gpu.NVIDIA_L4 } });
    }
  }
}

/** Models whose facts are known: what follows from them is derived, their fit is checked, and what they cost is computed. */
function withFacts(app: App, charts: number): void {
  const platform = Platform.gcp({ clusterName: 'bench', bucketName: 'bench' });
  platform.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4 });
  for (let chart = 0; chart < charts; chart += 1) {
    platform.addWorkspace(`team-${chart}`);
    const workspace = new Workspace(app, `team-${chart}`, { platform });
    for (let index = 0; index < TRIPLES / charts; index += 1) {
      const revision = String(index).padStart(40, '0');
      new Dataset(workspace, `data-${index}`, { image: 'acme/loader', params: { urls: `https://example.com/${index}` } });
      const model = new Model(workspace, `model-${index}`, { loader: Loader.huggingFace('Qwen/Qwen3-8B', { revision }) });
      new Server(workspace, `server-${index}`, { model, resources: { gpu: Gpu.NVIDIA_L4 } });
    }
  }
}

/** As many as a workspace has on Google Cloud, and one like them. */
const POLICIES = 6;
const POLICY = {
  podSelector: { matchLabels: { role: 'run' }, matchExpressions: [{ key: 'server', operator: 'DoesNotExist' }] },
  policyTypes: ['Egress'],
  egress: [{ ports: [{ port: 443, protocol: 'TCP' }], to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8', '169.254.0.0/16'] } }] }],
};

/** The same objects, by hand. */
function bare(app: App, charts: number): void {
  const gpu = { count: 1, type: 'nvidia-l4' };
  const apiVersion = 'substratus.ai/v1';
  for (let number = 0; number < charts; number += 1) {
    const chart = new Chart(app, `team-${number}`, { namespace: `team-${number}` });
    for (const kind of ['Namespace', 'ServiceAccount', 'ServiceAccount', 'ServiceAccount']) {
      new ApiObject(chart, `${kind}-${chart.node.children.length}`, { apiVersion: 'v1', kind, metadata: { labels: { a: 'substratus' } } });
    }
    for (let index = 0; index < POLICIES; index += 1) {
      new ApiObject(chart, `policy-${index}`, {
        apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: `policy-${index}`, labels: { a: 'substratus' } }, spec: POLICY,
      });
    }
    for (let index = 0; index < TRIPLES / charts; index += 1) {
      const object = (kind: string, spec: object): void => {
        const name = `${kind.toLowerCase()}-${index}`;
        new ApiObject(chart, name, { apiVersion, kind, metadata: { name: `${name}-0123abcd` }, spec });
      };
      object('Dataset', { image: 'acme/loader', params: { urls: `https://example.com/${index}` } });
      object('Model', {
        image: 'acme/trainer', dataset: { name: `dataset-${index}-0123abcd` }, params: { epochs: index, lr: '0.1' }, resources: { gpu },
      });
      object('Server', { image: 'acme/server', model: { name: `model-${index}-0123abcd` }, resources: { gpu } });
    }
  }
}

const CASES: Readonly<Record<string, (app: App, charts: number) => void>> = { ours: withOurs, cost: withOurs, facts: withFacts, bare };

const [, , name = '', charts = '1'] = process.argv;
const declare = CASES[name];
if (!declare) throw new Error(`case is ${name}; use one of ${Object.keys(CASES).join(', ')}`);
const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-'));
const start = process.cpuUsage();
const app = new App({ outdir });
declare(app, Number(charts));
app.synth();
if (name === 'cost' || name === 'facts') Cost.of(app).toTable();
const { user, system } = process.cpuUsage(start);
const milliseconds = (user + system) / 1000;
const bytes = fs.readdirSync(outdir).reduce((sum, file) => sum + fs.statSync(path.join(outdir, file)).size, 0);
fs.rmSync(outdir, { recursive: true });
console.log(JSON.stringify({ milliseconds, bytes }));
