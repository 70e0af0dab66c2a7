/** Waves of ejected manifests, for kubectl, Argo CD and Flux. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ApiObject, App, Chart, Yaml } from 'cdk8s';
import { Autoscaling, CustomResourceDefinitions, Engine, Gpu, Model, Platform, Preview, Routing, Scaling, Server, Workspace } from '../../../src';
import type { KubeObject } from '../../../src/expand';
import { appOf, local, manifestsOf, messageOf, model, notebook, server, stack, temporary, untyped, workspace } from '../fixtures';

interface Kustomization {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly path: string; readonly dependsOn?: { readonly name: string }[] };
}

const WAVE = 'argocd.argoproj.io/sync-wave';

interface Ejected {
  readonly team: Workspace;
  readonly directory: string;
  readonly files: string[];
}

function ejected(declare: (team: Workspace) => unknown = stack): Ejected {
  const directory = temporary();
  const team = workspace(local());
  declare(team);
  return { team, directory, files: Preview.of(team).eject(directory) };
}

const waveOf = (file: string): number => Number(basename(dirname(file)).replace('wave-', ''));
const objectIn = (file: string): KubeObject => Yaml.load(file)[0] as KubeObject;
const manifests = (files: string[]): string[] => files.filter((file) => /wave-\d+/.test(file));

test('what is needed is in an earlier wave than what needs it', () => {
  const { team, files } = ejected();
  const last = new Map<string, number>();
  const first = new Map<string, number>();
  const { children } = Preview.of(team);
  for (const { resource, manifest, step } of children) {
    const { kind, metadata } = manifest as KubeObject;
    const wave = waveOf(files.find((file) => file.endsWith(`/team-a_${kind?.toLowerCase()}_${metadata?.name}.yaml`)) ?? '');
    if (step === 'prepare') continue;
    last.set(resource, Math.max(last.get(resource) ?? 0, wave));
    first.set(resource, Math.min(first.get(resource) ?? Infinity, wave));
  }
  const isEarly = (resource: string) => (gate: string) => (last.get(gate) ?? Infinity) >= (first.get(resource) ?? 0);
  const early = children.flatMap(({ resource, gates }) => gates.filter(isEarly(resource)));
  expect(early).toEqual([]);
  expect(Math.max(...last.values())).toBe(7);
});

test('an option that there is not is refused', () => {
  const team = workspace(local());
  expect(messageOf(() => Preview.of(team).eject(temporary(), untyped({ fluxsource: 'x' })))).toBe('[team-a] eject has no prop fluxsource; did you mean fluxSource?');
});

test('the workspace comes in wave 0', () => {
  const { files } = ejected();
  const kinds = files.filter((file) => file.includes('/wave-00/')).map((file) => objectIn(file).kind);
  expect(new Set(kinds)).toEqual(new Set(['Namespace', 'ServiceAccount', 'PersistentVolume', 'PersistentVolumeClaim', 'NetworkPolicy']));
});

test('the order of Argo CD is an annotation of each object, and the rest is as it is previewed', () => {
  const { team, files } = ejected();
  const objects = manifests(files).map((file) => ({ file, object: objectIn(file) }));
  expect(objects.filter(({ file, object }) => object.metadata?.annotations?.[WAVE] !== String(waveOf(file)))).toEqual([]);
  const previewed = manifestsOf(Preview.of(team).children);
  const same = previewed.filter((child) => objects.some(({ object: { metadata, ...rest } }) => {
    const { [WAVE]: _, ...annotations } = metadata?.annotations ?? {};
    const { metadata: expected, ...others } = JSON.parse(JSON.stringify(child)) as KubeObject;
    return JSON.stringify(rest) === JSON.stringify(others) && metadata?.name === expected?.name
      && JSON.stringify(annotations) === JSON.stringify(expected?.annotations ?? {});
  }));
  expect(same).toHaveLength(previewed.length);
});

test('Flux applies a wave after the one before it', () => {
  const { directory, files } = ejected();
  const waves = Yaml.load(join(directory, 'flux.yaml')) as Kustomization[];
  const folders = [...new Set(manifests(files).map((file) => basename(dirname(file))))].sort();
  expect(waves.map(({ spec }) => spec.path)).toEqual(folders.map((folder) => `./${basename(directory)}/${folder}`));
  expect(waves.map(({ spec }) => spec.dependsOn)).toEqual([undefined, ...waves.slice(0, -1).map(({ metadata: { name } }) => [{ name }])]);
});

test('Flux is told where the directory will be', () => {
  const directory = temporary();
  const team = workspace();
  model(team);
  Preview.of(team).eject(directory, { fluxSource: 'models', fluxPath: './clusters/ml' });
  expect(Yaml.load(join(directory, 'flux.yaml'))[0]).toMatchObject({ spec: { path: './clusters/ml/wave-00', sourceRef: { name: 'models' } } });
});

test('where nothing comes before, there is no wave 0', () => {
  const platform = local();
  platform.addWorkspace('team-a');
  const chart = new Chart(new App(), 'chart', { namespace: 'team-a' });
  model(chart);
  const directory = temporary();
  Preview.of(chart, { platform }).eject(directory);
  expect(existsSync(join(directory, 'wave-00'))).toBe(false);
  expect(readFileSync(join(directory, 'flux.yaml'), 'utf8')).not.toContain('wave-00');
});

test('objects of one name and kind, but of two groups, are both written', () => {
  const { files } = ejected((team) => {
    for (const apiVersion of ['v1', 'serving.knative.dev/v1']) new ApiObject(team, apiVersion, { apiVersion, kind: 'Service', metadata: { name: 'web' } });
  });
  expect(files.filter((file) => file.includes('_web.yaml')).map((file) => basename(file)).sort())
    .toEqual(['team-a_service.serving.knative.dev_web.yaml', 'team-a_service_web.yaml']);
});

test('what a former run has written is deleted, and nothing else', () => {
  const { directory } = ejected();
  writeFileSync(join(directory, 'wave-01', 'mine.yaml'), 'kind: Mine\n');
  const team = workspace();
  Preview.of(team).eject(directory);
  expect(readdirSync(directory).sort()).toEqual(['apply.sh', 'flux.yaml', 'wave-00', 'wave-01']);
  expect(readdirSync(join(directory, 'wave-01'))).toEqual(['mine.yaml']);
});

test('an input of which only the name is known cannot be ejected', () => {
  const team = workspace();
  new Server(team, 'chat', { model: Model.fromModelAttributes(team, 'base', { modelName: 'opt' }), image: 'acme/server' });
  expect(messageOf(() => Preview.of(team).eject(temporary()))).toBe(
    '[team-a] Server team-a/chat needs Model team-a/opt, of which only the name is known; give recipeDigest to Model.fromModelAttributes');
});

test('an autoscaler goes with the Deployment that it scales', () => {
  const team = workspace();
  const chat = server(team, 'chat', { scaling: Scaling.EXTERNAL });
  new ApiObject(team, 'hpa', {
    apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'chat' },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: chat.serviceName } },
  });
  const files = Preview.of(team).eject(join(temporary(), 'deploy'));
  const folderOf = (part: string): string | undefined => files.find((file) => file.includes(part))?.match(/wave-\d+/)?.[0];
  expect(folderOf('horizontalpodautoscaler')).toBe(folderOf('_deployment.apps_') ?? folderOf('_deployment_'));
});

test.each<[string, Autoscaling, string[]]>([
  ['KEDA', Autoscaling.concurrency({ min: 0, max: 4 }), [
    'interceptorroute.http.keda.sh_chat-server', 'scaledobject.keda.sh_chat-server', 'service_chat-pods', 'service_chat-server',
  ]],
  ['a HorizontalPodAutoscaler', Autoscaling.hpa({ max: 4, cpu: 70 }), ['horizontalpodautoscaler_chat-server', 'service_chat-server']],
])('what %s needs to scale a Server comes with it, and not with what it waits for', (_, autoscaling, parts) => {
  const directory = temporary();
  const platform = Platform.local({ clusterName: 'kind', kubernetesVersion: '1.36' });
  platform.addKeda();
  const team = workspace(platform);
  server(team, 'chat', { autoscaling });
  const files = Preview.of(team).eject(directory);
  const fileOf = (part: string) => files.find((file) => file.includes(`team-a_${part}.yaml`)) ?? part;
  expect(parts.map((part) => waveOf(fileOf(part)))).toEqual(parts.map(() => waveOf(fileOf('deployment_chat-server'))));
  expect(objectIn(fileOf('deployment_chat-server'))).not.toHaveProperty('spec.replicas');
  const script = readFileSync(join(directory, 'apply.sh'), 'utf8');
  const served = script.split('\n').find((line) => line.startsWith('serve ')) ?? '';
  expect(parts.filter((part) => !served.includes(basename(fileOf(part))))).toEqual([]);
});

test('the endpoint pickers of a Server come with it, and what they may read before', () => {
  const platform = Platform.local({ clusterName: 'kind', kubernetesVersion: '1.36' });
  platform.addInferenceExtension({ gatewayNamespaces: ['gateways'] });
  const team = workspace(platform);
  server(team, 'chat', { image: undefined, engine: Engine.vllm(), replicas: 2, routing: Routing.PREFIX_AWARE });
  const files = Preview.of(team).eject(temporary());
  const fileOf = (part: string) => files.find((file) => file.includes(`team-a_${part}.yaml`)) ?? part;
  const served = waveOf(fileOf('deployment_chat-server'));
  const parts = ['deployment_chat-picker', 'service_chat-picker', 'inferencepool.inference.networking.k8s.io_chat-server', 'poddisruptionbudget_chat-picker'];
  expect(parts.map((part) => waveOf(fileOf(part)))).toEqual(parts.map(() => served));
  const access = ['serviceaccount', 'role.rbac.authorization.k8s.io', 'rolebinding.rbac.authorization.k8s.io'];
  expect(access.map((kind) => waveOf(fileOf(`${kind}_endpoint-picker`)))).toEqual([0, 0, 0]);
  expect(served).toBeGreaterThan(0);
});

/** The waves of an ejected workspace by part of a file name. */
function wavesOf(declare: (team: Workspace) => unknown): (part: string) => number[] {
  const { files } = ejected(declare);
  return (part) => files.filter((file) => basename(file).includes(part)).map(waveOf);
}

function claimed(team: Workspace, name = 'scratch', spec = {}): ApiObject {
  return new ApiObject(team, name, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name }, ...{ spec } });
}

function mounting(claimName: string) {
  return { pod: { volumes: [{ name: 'scratch', persistentVolumeClaim: { claimName } }], volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }] } };
}

test('case 03: a claim goes with the first pod that mounts it, for it may bind only then', () => {
  const waves = wavesOf((team) => {
    claimed(team);
    claimed(team, 'bound', { volumeName: 'disk' });
    claimed(team, 'unused');
    const first = model(team, 'first', mounting('scratch'));
    first.finetune('second', { image: 'acme/trainer', ...mounting('scratch') });
    model(team, 'other', { params: { id: 'other' }, ...mounting('bound') });
  });
  expect(waves('claim_scratch')).toEqual([2]);
  expect(waves('claim_bound')).toEqual([0]);
  expect(waves('claim_unused')).toEqual([6]);
});

test('case 03: a claim of a Deployment of the user goes with that', () => {
  const waves = wavesOf((team) => {
    claimed(team);
    new ApiObject(team, 'web', {
      apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' },
      ...{ spec: { template: { spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'scratch' } }] } } } },
    });
  });
  expect([waves('claim_scratch'), waves('deployment.apps_web'), waves('deployment_web')].flat()).toEqual([0, 0]);
});

test.each<[string, string, (service: string) => object]>([
  ['Ingress', 'networking.k8s.io/v1', (name) => ({ spec: { defaultBackend: { service: { name, port: { number: 8080 } } } } })],
  ['HTTPRoute', 'gateway.networking.k8s.io/v1', (name) => ({ spec: { rules: [{ backendRefs: [{ name, port: 8080 }] }] } })],
  ['VirtualService', 'networking.istio.io/v1', (name) => ({ spec: { http: [{ route: [{ destination: { host: `${name}.team-a.svc.cluster.local` } }] }] } })],
  ['Route', 'route.openshift.io/v1', (name) => ({ spec: { to: { kind: 'Service', name } } })],
  ['ServiceMonitor', 'monitoring.coreos.com/v1', () => ({ spec: { selector: { matchLabels: { server: 'chat' } } } })],
  ['ScaledObject', 'keda.sh/v1alpha1', (name) => ({ spec: { scaleTargetRef: { name } } })],
])('case 03: %s of a Server comes with it', (kind, apiVersion, fields) => {
  const waves = wavesOf((team) => {
    const chat = server(team);
    new ApiObject(team, 'front', { apiVersion, kind, metadata: { name: 'front' }, ...fields(chat.serviceName) });
  });
  expect([waves('front'), waves('deployment')]).toEqual([[4], [4]]);
});

test('case 03: a monitor of a Server does not hold up what depends on it', () => {
  const waves = wavesOf((team) => {
    const chat = server(team);
    const monitor = new ApiObject(team, 'monitor', {
      apiVersion: 'monitoring.coreos.com/v1', kind: 'PodMonitor', metadata: { name: 'front' }, ...{ spec: { selector: { matchLabels: { server: chat.serverName } } } },
    });
    const policy = new ApiObject(team, 'policy', { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'closed' } });
    policy.node.addDependency(monitor);
  });
  expect([waves('_front'), waves('_closed')]).toEqual([[4], [0]]);
});

test('case 03: what depends on a Server comes after it, but for what pods read', () => {
  const waves = wavesOf((team) => {
    const base = model(team, 'base', { env: { KEY: '${{ secrets.key.value }}' } });
    const chat = base.serve('chat', { image: 'acme/server' });
    const late = new ApiObject(team, 'late', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'late' } });
    const later = new ApiObject(team, 'later', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'behind' } });
    const secret = new ApiObject(team, 'key', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key' } });
    late.node.addDependency(chat);
    later.node.addDependency(late);
    secret.node.addDependency(chat);
  });
  expect([waves('_deployment'), waves('_late'), waves('_behind'), waves('secret_key')]).toEqual([[4], [5], [5], [0]]);
});

test('case 03: what names another Service, or has the name only by chance, stays in wave 0', () => {
  const waves = wavesOf((team) => {
    server(team);
    new ApiObject(team, 'front', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'front' }, ...{ data: { name: 'chat-server' } } });
    new ApiObject(team, 'ingress', {
      apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'other' }, ...{ spec: { defaultBackend: { service: { name: 'web' } } } },
    });
  });
  expect([waves('_front'), waves('_other')]).toEqual([[0], [0]]);
});

test('what is suspended serves in the last wave, for it never becomes healthy', () => {
  const team = workspace();
  notebook(team, 'lab', { suspend: true });
  model(team, 'opt');
  const files = Preview.of(team).eject(join(temporary(), 'deploy'));
  expect(files.find((file) => file.includes('lab-notebook'))).toMatch(/wave-04/);
});

test('our own definitions are not ejected, for nothing needs them', () => {
  const team = workspace();
  model(team);
  new CustomResourceDefinitions(team, 'crds');
  expect(Preview.of(team).eject(join(temporary(), 'deploy')).filter((file) => file.includes('customresourcedefinition'))).toEqual([]);
});

test('resources of two clusters are not ejected into one script', () => {
  const team = workspace();
  model(team);
  const other = Platform.local({ clusterName: 'kind' });
  other.addWorkspace('team-b');
  const app = appOf(team);
  model(new Workspace(app, 'team-b', { platform: other }), 'opt');
  expect(() => Preview.of(app).eject('deploy')).toThrow(
    '[] the resources are on 2 clusters (ml, kind), and one script applies to one; eject each workspace by itself, with Preview.of(workspace)');
});

test('a run on queued nodes asks for them in its own wave, before its Job, and the script says what it does not do', () => {
  const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme' });
  platform.addGpuPool('h100', { gpu: Gpu.NVIDIA_H100, gpusPerNode: 8, queued: true });
  const team = workspace(platform);
  model(team, 'tuned', { resources: { gpu: Gpu.NVIDIA_H100, gpuCount: 8 } });
  const directory = temporary();
  const files = Preview.of(team).eject(directory).filter((file) => /wave-\d+/.test(file));
  const request = files.find((file) => objectIn(file).kind === 'ProvisioningRequest') ?? '';
  const run = files.find((file) => objectIn(file).kind === 'Job' && objectIn(file).metadata?.labels?.role === 'run') ?? '';
  expect(waveOf(request)).toBe(waveOf(run));
  const script = readFileSync(join(directory, 'apply.sh'), 'utf8');
  const line = script.split('\n').find((each) => each.startsWith('start ') && each.includes(basename(run))) ?? '';
  const order = ['persistentvolumeclaim', 'podtemplate', 'provisioningrequest', '_job_'].map((kind) => line.indexOf(kind));
  expect(order.every((at, index) => at > (order[index - 1] ?? 0))).toBe(true);
  expect(script).toMatch(/'Note: Model:team-a\/tuned-\w+ has a ProvisioningRequest, to be made again when it has expired, which only/);
  const previewed = Preview.of(team).children.map(({ manifest }) => manifest as KubeObject).find(({ kind }) => kind === 'ProvisioningRequest');
  const { name, labels } = previewed?.metadata ?? {};
  expect(objectIn(request)).toMatchObject({ ...previewed, metadata: { name, labels } });
});
