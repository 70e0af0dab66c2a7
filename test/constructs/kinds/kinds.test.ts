/** What each prop becomes, and what a construct says of itself. */
import { Duration, Size } from 'cdk8s';
import {
  Access, Build, Capacity, Dataset, DeletionPolicy, Gpu, Model, Notebook, PodSecurity, Preview, Scaling, Server,
} from '../../../src';
import type { ModelProps } from '../../../src';
import { recipeDigest } from '../../../src/api/digest';
import type { InputDigests } from '../../../src/api/digest';
import type { ModelResource } from '../../../src/api/resource';
import type { KubeObject } from '../../../src/expand';
import {
  appOf, dataset, DIGEST, local, manifestsOf, messageOf, model, notebook, server, stack, synthErrors, workspace, written,
} from '../fixtures';
import digests from './recipe-digests.json';

interface Recipe {
  readonly name: string;
  readonly kind: string;
  readonly digest: string;
  readonly props?: ModelProps;
  readonly spec?: object;
  readonly inputs?: InputDigests;
}

const DIGESTS = digests as Recipe[];

const POD = {
  labels: { a: 'b' }, nodeSelector: { disk: 'fast' }, envFrom: [{ secretRef: { name: 'wandb' } }], ports: [{ name: 'metrics', containerPort: 9400 }],
  initContainers: [{ name: 'warm', image: 'acme/warm:1' }], sidecars: [{ name: 'proxy', image: 'acme/proxy:1' }],
};
const COMMON = {
  command: ['train'], args: ['--fast'], env: { A: '1' }, params: { epochs: 1 }, suspend: true, imagePullSecrets: ['registry'],
  pod: POD, podSecurity: PodSecurity.RESTRICTED,
};
const COMMON_SPEC = { ...COMMON, imagePullSecrets: [{ name: 'registry' }], podSecurity: 'restricted' };

test('every prop of a Model reaches the spec', () => {
  const team = workspace();
  const base = model(team);
  const squad = dataset(team);
  const tuned = model(team, 'tuned', {
    ...COMMON, model: base, dataset: squad, access: Access.DOWNLOAD, retries: 0, timeout: Duration.minutes(90), sharedWith: ['*'],
    staging: { size: Size.tebibytes(1), storageClassName: '' }, deletionPolicy: DeletionPolicy.DELETE,
  });
  expect(written(tuned).spec).toEqual({
    ...COMMON_SPEC, image: 'acme/model', model: { name: base.modelName }, dataset: { name: squad.datasetName }, access: 'download', retries: 0,
    timeout: '1h30m', sharing: { namespaces: ['*'] }, staging: { size: 1024, storageClassName: '' }, deletionPolicy: 'Delete',
  });
});

test('every prop of a Server reaches the spec', () => {
  const team = workspace();
  const base = model(team);
  const chat = base.serve('chat', {
    ...COMMON, image: 'acme/server', replicas: 0, port: 80, readinessPath: '/health', startupTimeout: Duration.seconds(90), surge: false, access: Access.STREAM,
    mountOptions: ['file-cache:max-size-mb:-1'], serviceAccountName: 'agent',
    livenessPath: '/live', probePort: 9000, probeTimeout: Duration.seconds(20), terminationGracePeriod: Duration.minutes(5),
  });
  expect(written(chat).spec).toEqual({
    ...COMMON_SPEC, image: 'acme/server', model: { name: base.modelName }, replicas: 0, port: 80, readinessPath: '/health', startupTimeout: '1m30s',
    surge: false, access: 'stream', livenessPath: '/live', probePort: 9000, probeTimeout: '20s', terminationGracePeriod: '5m',
    mountOptions: ['file-cache:max-size-mb:-1'], serviceAccountName: 'agent',
  });
  expect(written(base.serve('scaled', { image: 'acme/server', scaling: Scaling.EXTERNAL })).spec).toMatchObject({ scaling: 'external' });
});

test('every prop of a Notebook reaches the spec', () => {
  const team = workspace();
  const squad = dataset(team);
  const lab = notebook(team, 'lab', { ...COMMON, dataset: squad, storage: { size: Size.gibibytes(5), storageClassName: 'fast' }, idleTimeout: Duration.hours(1), readinessPath: '/healthz', restartOnChange: true });
  expect(written(lab).spec).toEqual({
    ...COMMON_SPEC, image: 'acme/notebook', dataset: { name: squad.datasetName }, storage: { size: 5, storageClassName: 'fast' }, idleTimeout: '1h', readinessPath: '/healthz', restartOnChange: true,
  });
});

test('nothing is written that was not asked for', () => {
  expect(written(dataset(workspace())).spec).toEqual({ image: 'acme/dataset' });
});

test('an image is built from git', () => {
  const imageBuild = Build.git({ url: 'https://example.com/a', path: 'opt', tag: 'v1' });
  expect(written(model(workspace(), 'opt', { image: undefined, imageBuild })).spec)
    .toEqual({ build: { git: { url: 'https://example.com/a', path: 'opt', tag: 'v1' } } });
});

test('A22: params are integers or strings, and those strings are named that are numbers and booleans', () => {
  const params = { epochs: 1, negative: -2, rate: 0.1, tiny: 1e-7, fp16: true, cache: false, name: 'opt', empty: '', text: 'true' };
  expect(written(model(workspace(), 'opt', { params })).spec).toMatchObject({
    params: { epochs: 1, negative: -2, rate: '0.1', tiny: '1e-7', fp16: 'true', cache: 'false', name: 'opt', empty: '', text: 'true' },
    literalParams: ['cache', 'fp16', 'rate', 'tiny'],
  });
});

test('A22: the program gets the types that were written', () => {
  const team = workspace();
  model(team, 'opt', { params: { rate: 0.0002, tiny: 1e-7, fp16: false, name: 'opt', text: 'true', epochs: 3 } });
  const manifests = manifestsOf(Preview.of(appOf(team)).children);
  const { data } = manifests.find(({ kind }) => kind === 'ConfigMap') as KubeObject & { data: Record<string, string> };
  expect(JSON.parse(data['params.json'] ?? '')).toEqual({ rate: 0.0002, tiny: 1e-7, fp16: false, name: 'opt', text: 'true', epochs: 3 });
});

/* Computed by the code of commit 30193dd, the first version of the wire format. */
test.each(DIGESTS)('A22: the recipe digest of "$name" is what it has always been', ({ kind, props, spec, inputs, digest }) => {
  if (spec) expect(recipeDigest({ kind, spec } as ModelResource, inputs)).toBe(digest);
  else expect((kind === 'Model' ? new Model(workspace(), 'x', props ?? {}) : new Dataset(workspace(), 'x', props ?? {})).recipeDigest).toBe(digest);
});

test.each([
  [{ memory: Size.gibibytes(16) }, { memory: 16 }],
  [{ memory: Size.mebibytes(1536) }, { memory: '1536Mi' }],
  [{ disk: Size.kibibytes(1500) }, { disk: '1500Ki' }],
  [{ sharedMemory: Size.gibibytes(16) }, { sharedMemory: 16 }],
  [{ cpu: 4 }, { cpu: 4 }],
  [{ cpu: 0.5 }, { cpu: '500m' }],
  [{ cpu: 1.1 }, { cpu: '1100m' }],
  [{ cpu: 0.00001 }, { cpu: '1m' }],
  [{ gpu: Gpu.NVIDIA_L4 }, { gpu: { type: 'nvidia-l4', count: 1 } }],
  [{ gpu: Gpu.NVIDIA_L4, gpuCount: 4, capacity: Capacity.SPOT_FIRST }, { gpu: { type: 'nvidia-l4', count: 4 }, capacity: 'spot-first' }],
])('resources %j are written as %j', (resources, spec) => {
  expect(written(model(workspace(), 'opt', { resources })).spec.resources).toEqual(spec);
});

test('case 09: more shared memory than memory is an error at synth, on the construct', () => {
  const opt = model(workspace(), 'opt', { resources: { memory: Size.gibibytes(8), sharedMemory: Size.gibibytes(16) } });
  expect(synthErrors(opt)).toEqual([
    '[team-a/opt] resources.sharedMemory is 16Gi but resources.memory is 8Gi; give more memory, for /dev/shm is part of it',
  ]);
});

test('B9: mount options where the workspace shares a volume are an error at synth, on the construct', () => {
  const team = workspace(local());
  server(team, 'chat', { mountOptions: ['ro'] });
  expect(synthErrors(team)).toEqual([expect.stringMatching(/^\[team-a\/chat\] mountOptions is set but a local cluster mounts all inputs through one volume/)]);
});

test('B9: an account that can write to the store is an error on the construct', () => {
  expect(messageOf(() => server(workspace(), 'chat', { serviceAccountName: 'artifact-writer' }))).toMatch(
    /^\[team-a\/chat\] serviceAccountName is artifact-writer, which can write to the store/);
});

test('a model is trained further, served and opened beside itself', () => {
  const { base, squad, tuned, chat, lab } = stack(workspace());
  expect([tuned, chat, lab].map(({ node }) => node.path)).toEqual(['team-a/tuned', 'team-a/chat', 'team-a/lab']);
  expect(written(tuned).spec).toMatchObject({ model: { name: base.modelName }, dataset: { name: squad.datasetName } });
  expect(written(chat).spec).toMatchObject({ model: { name: tuned.modelName } });
});

test('a server says where it answers', () => {
  const chat = server(workspace(), 'chat', { port: 8000 });
  expect([chat.serviceName, chat.url]).toEqual(['chat-server', 'http://chat-server.team-a.svc:8000']);
});

test('a notebook says where its token is', () => {
  const lab = notebook(workspace());
  expect([lab.serviceName, lab.tokenSecretName, lab.notebookNamespace]).toEqual(['lab-notebook', 'lab-notebook-token', 'team-a']);
});

test('what is declared elsewhere is in the namespace of the chart, or in its own', () => {
  const team = workspace();
  const base = Model.fromModelAttributes(team, 'base', { modelName: 'opt', recipeDigest: DIGEST });
  const squad = Dataset.fromDatasetAttributes(team, 'squad', { datasetName: 'squad', datasetNamespace: 'shared' });
  expect([base.modelName, base.modelNamespace, base.recipeDigest]).toEqual(['opt', 'team-a', DIGEST]);
  expect(written(new Model(team, 'tuned', { model: base, image: 'acme/trainer', dataset: squad })).spec)
    .toMatchObject({ model: { name: 'opt' }, dataset: { name: 'squad', namespace: 'shared' } });
  expect(Server.fromServerAttributes(team, 'chat', { serverName: 'chat' })).toMatchObject({ serverName: 'chat', serverNamespace: 'team-a' });
  expect(Notebook.fromNotebookAttributes(team, 'lab', { notebookName: 'lab', notebookNamespace: 'b' })).toMatchObject({ notebookNamespace: 'b' });
});
