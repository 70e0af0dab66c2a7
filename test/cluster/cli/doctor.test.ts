/** `substratus doctor` on a cluster that is made ready, step by step, with what the constructs write. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { App, Chart } from 'cdk8s';
import type { Check } from '../../../src/cli/doctor/check';
import { EXIT } from '../../../src/cli/errors';
import { Gpu, Platform, Reconciler, Workspace } from '../../../src/index';
import type { KubeObject } from '../client';
import type { Cluster } from '../cluster';
import { describeOnCluster } from '../describe';
import { until } from '../until';
import { substratusOn } from './world';

function synthesize(): string {
  const folder = fs.mkdtempSync(path.join(process.env.TMPDIR ?? '/tmp', 'app-'));
  const platform = Platform.local({ clusterName: 'laptop' });
  platform.addGpuPool('gpus', { gpu: Gpu.NVIDIA_L4 });
  platform.addWorkspace('team-a');
  const app = new App({ outdir: path.join(folder, 'dist') });
  new Reconciler(new Chart(app, 'system'), 'substratus', { platform, podMonitor: true });
  new Workspace(app, 'team-a', { platform });
  app.synth();
  return folder;
}

/** A definition without fields. */
function definitionsOf(name: string, versions: readonly string[]): KubeObject[] {
  const [plural = '', ...group] = name.split('.');
  const kind = { scaledobjects: 'ScaledObject', interceptorroutes: 'InterceptorRoute' }[plural];
  const schema = { openAPIV3Schema: { 'type': 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return [{
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name },
    spec: {
      group: group.join('.'), scope: 'Namespaced', names: { plural, kind, singular: kind?.toLowerCase() },
      versions: versions.map((version, index) => ({ name: version, served: true, storage: index === 0, schema })),
    },
  } as KubeObject];
}

function deployment(name: string, image: string): KubeObject {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'keda' },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'program', image }] } } },
  } as KubeObject;
}

interface Diagnosis {
  readonly exitCode: number;
  readonly checks: Readonly<Record<string, Check>>;
}

const { version } = JSON.parse(fs.readFileSync('package.json', 'utf8')) as { readonly version: string };

async function doctor(cluster: Cluster, cwd: string): Promise<Diagnosis> {
  const { exitCode, stdout, stderr } = await substratusOn(cluster, ['doctor', '-o', 'json'], { cwd, version });
  expect(stderr).toBe('');
  const checks = JSON.parse(stdout) as Check[];
  return { exitCode, checks: Object.fromEntries(checks.map((check) => [check.name, check])) };
}

describeOnCluster('doctor', { nodes: [{ name: 'cpu-1' }, { name: 'gpu-1', labels: { 'nvidia.com/gpu.present': 'true' } }] }, (cluster) => {
  const folder = synthesize();

  test('on an empty cluster says what is missing, and the lines that add it', async () => {
    const { exitCode, checks } = await doctor(cluster(), folder);
    expect(exitCode).toBe(EXIT.no);
    const apply = 'kubectl apply --server-side --force-conflicts -f dist/0000-system.k8s.yaml';
    expect(checks.kubernetes).toMatchObject({ state: 'ok' });
    expect(checks.definitions).toEqual({
      name: 'definitions', state: 'missing', remedy: apply,
      message: 'not installed: models.substratus.ai, datasets.substratus.ai, servers.substratus.ai, notebooks.substratus.ai',
    });
    expect(checks.reconciler).toEqual({ name: 'reconciler', state: 'missing', message: 'Deployment substratus/substratus-reconciler is not there', remedy: apply });
    expect(checks.platform).toMatchObject({ state: 'unknown' });
    expect(checks.storage).toEqual({ name: 'storage', state: 'ok', message: 'default StorageClass standard' });
    expect(checks.gpus).toMatchObject({
      state: 'missing', message: 'node gpu-1 has NVIDIA GPUs and offers none: the driver or the device plugin is missing',
      remedy: 'kubectl apply -f https://raw.githubusercontent.com/NVIDIA/k8s-device-plugin/v0.18.0/deployments/static/nvidia-device-plugin.yml',
    });
    expect(checks['workspace team-a']).toEqual({
      name: 'workspace team-a', state: 'missing', message: 'namespace team-a is not there', remedy: 'kubectl create namespace team-a',
    });
    expect(checks.monitoring).toMatchObject({ state: 'missing', message: 'the Prometheus operator is not installed, and PodMonitor substratus-reconciler needs it' });
    expect(checks.gateway).toMatchObject({ state: 'optional' });
  });

  test('finds nothing more when all of it is done', async () => {
    const file = path.join(folder, 'dist/0000-system.k8s.yaml');
    const system = fs.readFileSync(file, 'utf8').split(/^---$/m).filter((document) => !document.includes('kind: PodMonitor')).join('---\n');
    fs.writeFileSync(file, system);
    await cluster().kubectl('apply', '--server-side', '-f', path.join(folder, 'dist'));
    await cluster().deleteNode('gpu-1');
    await cluster().createNode({ name: 'gpu-2', labels: { 'nvidia.com/gpu.present': 'true' }, extended: { 'nvidia.com/gpu': '1' } });
    const { checks } = await until('the reconciler is available', async () => {
      const found = await doctor(cluster(), folder);
      return found.checks.reconciler?.state === 'ok' && found;
    });
    expect(Object.values(checks).filter(({ state }) => ['missing', 'unknown'].includes(state))).toEqual([]);
    expect(checks.reconciler?.message).toContain(`2 of 2 replicas available, version ${version}`);
    expect(checks.platform).toEqual({ name: 'platform', state: 'ok', message: 'cluster laptop on local, as synthesized' });
  }, 60_000);

  test('says which engines of others do not go together', async () => {
    for (const object of [...definitionsOf('scaledobjects.keda.sh', ['v1alpha1']), ...definitionsOf('interceptorroutes.http.keda.sh', ['v1alpha1', 'v1beta1'])]) {
      await cluster().client.apply(object);
    }
    await cluster().client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'keda' } });
    await cluster().client.apply(deployment('keda-operator', 'ghcr.io/kedacore/keda:2.18.3'));
    await cluster().client.apply(deployment('keda-add-ons-http-interceptor', 'registry.acme/kedacore/http-add-on-interceptor:0.15.0'));
    await cluster().client.apply({
      apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name: 'v1beta1.external.metrics.k8s.io' },
      spec: {
        group: 'external.metrics.k8s.io', version: 'v1beta1', service: { namespace: 'monitoring', name: 'prometheus-adapter' },
        insecureSkipTLSVerify: true, groupPriorityMinimum: 100, versionPriority: 100,
      },
    } as KubeObject);
    const { checks, exitCode } = await doctor(cluster(), folder);
    expect(exitCode).toBe(EXIT.no);
    expect(checks.keda).toEqual({
      name: 'keda', state: 'missing', message: 'KEDA 2.18.3 in keda/keda-operator is older than 2.20.0, the oldest that goes with this library',
      remedy: 'helm upgrade --install keda keda --repo https://kedacore.github.io/charts --version 2.21.0 --namespace keda --create-namespace '
        + '--set extraArgs.keda.kube-api-qps=100 --set extraArgs.keda.kube-api-burst=200 --reuse-values',
    });
    expect(checks['external-metrics']?.message).toContain('is served by monitoring/prometheus-adapter, and one in a cluster can');
    const addOn = await until('the interceptor is available', async () => {
      const { checks: { 'keda-http-add-on': check } } = await doctor(cluster(), folder);
      return check?.state === 'ok' && check;
    });
    expect(addOn.message).toBe('the HTTP add-on of KEDA 0.15.0 in keda/keda-add-ons-http-interceptor');
    await cluster().kubectl('patch', 'crd', 'interceptorroutes.http.keda.sh', '--type=json', '-p', JSON.stringify([{ op: 'replace', path: '/spec/versions/1/served', value: false }]));
    expect((await doctor(cluster(), folder)).checks['keda-http-add-on']?.message).toContain('has interceptorroutes.http.keda.sh as v1alpha1 alone, and this library writes v1beta1');
    await cluster().kubectl('delete', 'apiservice', 'v1beta1.external.metrics.k8s.io');
  }, 60_000);

  test('tells definitions of an older version', async () => {
    const field = '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/timeout';
    await cluster().kubectl('patch', 'crd', 'models.substratus.ai', '--type=json', '-p', JSON.stringify([{ op: 'remove', path: field }]));
    const { checks, exitCode } = await doctor(cluster(), folder);
    expect(exitCode).toBe(EXIT.no);
    expect(checks.definitions).toMatchObject({ state: 'missing', message: 'of an older version: models.substratus.ai has no spec.timeout' });
  });

  test('says what its user may not see', async () => {
    const kubeconfig = await cluster().kubeconfigOf({ namespace: 'team-a', name: 'artifact-reader' });
    const { stdout, exitCode } = await substratusOn(cluster(), ['doctor', '-o', 'json'], { cwd: folder, kubeconfig });
    const unknown = (JSON.parse(stdout) as Check[]).filter(({ state }) => state === 'unknown').map(({ name }) => name);
    expect(unknown).toEqual(['definitions', 'reconciler', 'platform', 'storage', 'gpus', 'workspace team-a']);
    expect(exitCode).toBe(EXIT.ok);
  });

  test('is readable in 80 columns, commands in one piece', async () => {
    const { stdout } = await substratusOn(cluster(), ['doctor'], { cwd: folder });
    expect(stdout).toMatch(/^✓ kubernetes {2,}version 1\.\d+/);
    expect(stdout.split('\n').filter((line) => line.length > 80 && !/^ +(kubectl|helm) /.test(line))).toEqual([]);
  });
});
