import { ExpandError, gatesOf, resolveInputs } from '../../src/expand';
import type { Inputs } from '../../src/expand';
import {
  artifact, childrenOf, CLOUDS, dataset, envOf, model, notebook, platformOf, S3_COMPATIBLE, server, the, userContainer, userPod,
  userTemplate, volumeNamed,
} from './fixtures';

const TRAINED = model({ model: { name: 'base' }, dataset: { name: 'squad', namespace: 'shared' } });
const DOWNLOADED = model({ ...TRAINED.spec, access: 'download' });

function mountOf(path: string, resource = TRAINED, platform = platformOf('gcp')) {
  return the((userContainer(resource, { platform }).volumeMounts ?? []).filter(({ mountPath }) => mountPath === path), path);
}

test('on Google Cloud an input is mounted inline from its own folder, and the pod says that it mounts', () => {
  const { metadata, spec } = userTemplate(TRAINED);
  const volumes = (spec?.volumes ?? []).filter(({ csi }) => csi).map(({ name, csi }) => [name, csi?.volumeAttributes?.mountOptions]);
  expect(volumes).toEqual([
    ['model', expect.stringContaining('only-dir=team-a/models/0modelmodelmodelmodelmode/files')],
    ['dataset', expect.stringContaining('only-dir=shared/datasets/0datasetdatasetdatasetdata/files')],
  ]);
  expect(metadata?.annotations?.['gke-gcsfuse/volumes']).toBe('true');
});

test('a pod that mounts nothing does not say that it does', () => {
  expect(userTemplate(model()).metadata?.annotations).not.toHaveProperty('gke-gcsfuse/volumes');
  expect(userTemplate(DOWNLOADED).metadata?.annotations).not.toHaveProperty('gke-gcsfuse/volumes');
});

test.each(['aws', 'azure', 'local'])('on %s an input is mounted from the volume of the workspace that it lies in', (cloud) => {
  const platform = platformOf(cloud);
  const pod = userPod(TRAINED, { platform });
  expect(volumeNamed('model', pod).persistentVolumeClaim).toEqual({ claimName: 'artifacts', readOnly: true });
  expect(volumeNamed('dataset', pod).persistentVolumeClaim).toEqual({ claimName: 'artifacts-from-shared', readOnly: true });
  expect(mountOf('/content/model', TRAINED, platform).subPath).toBe('models/0modelmodelmodelmodelmode/files');
});

test.each(CLOUDS)('on %s inputs are read-only, however they come', (cloud) => {
  const platform = platformOf(cloud);
  for (const resource of [TRAINED, DOWNLOADED]) {
    expect(['/content/model', '/content/data'].map((path) => mountOf(path, resource, platform).readOnly)).toEqual([true, true]);
  }
});

test.each(CLOUDS)('on %s a download is a copy to the node\'s disk, before the program starts', (cloud) => {
  const pod = userPod(DOWNLOADED, { platform: platformOf(cloud) });
  const [first, second] = pod.initContainers ?? [];
  expect([first?.name, second?.name]).toEqual(['download-model', 'download-dataset']);
  expect(first?.command?.slice(0, 2)).toEqual(['rclone', 'copy']);
  expect(first?.command?.at(-1)).toBe('/content/model');
  expect(volumeNamed('model', pod).emptyDir).toEqual({});
});

test.each<[string, string]>([
  ['gcp', ':gcs:acme-artifacts/team-a/models/0modelmodelmodelmodelmode/files'],
  ['aws', ':s3:acme-artifacts/team-a/models/0modelmodelmodelmodelmode/files'],
  ['azure', ':azureblob:ws-team-a/models/0modelmodelmodelmodelmode/files'],
  ['local', '/artifacts/models/0modelmodelmodelmodelmode/files'],
])('on %s it is copied from %s', (cloud, source) => {
  const [download] = userPod(DOWNLOADED, { platform: platformOf(cloud) }).initContainers ?? [];
  expect(download?.command?.at(-2)).toBe(source);
});

test('from an S3-compatible store inputs are downloaded by default, with credentials that only the copy sees', () => {
  const pod = userPod(TRAINED, { platform: S3_COMPATIBLE });
  const [download] = pod.initContainers ?? [];
  expect(download?.env).toContainEqual({ name: 'RCLONE_S3_ACCESS_KEY_ID', valueFrom: { secretKeyRef: { name: 'store', key: 'accessKeyId' } } });
  expect(Object.keys(envOf(the(pod.containers, 'container'))).filter((name) => name.startsWith('RCLONE'))).toEqual([]);
});

test('to stream from a store that cannot be mounted is an error', () => {
  expect(() => userPod(server({ access: 'stream' }), { platform: S3_COMPATIBLE })).toThrow(
    'access is stream but a local cluster cannot mount s3://artifacts; set access to download',
  );
});

test('two downloads from two workspaces on a local cluster read two volumes', () => {
  const pod = userPod(DOWNLOADED, { platform: platformOf('local') });
  const claims = (pod.volumes ?? []).map(({ persistentVolumeClaim }) => persistentVolumeClaim).filter((claim) => claim?.claimName.startsWith('artifacts'));
  expect(claims).toEqual([{ claimName: 'artifacts', readOnly: true }, { claimName: 'artifacts-from-shared', readOnly: true }]);
  const sources = (pod.initContainers ?? []).map(({ volumeMounts }) => volumeMounts?.find(({ mountPath }) => mountPath === '/artifacts')?.name);
  expect(new Set(sources).size).toBe(2);
});

test('a resource waits for what it refers to, in the namespace that it says', () => {
  expect(gatesOf(TRAINED)).toEqual([
    { field: 'model', kind: 'Model', namespace: 'team-a', name: 'base' }, { field: 'dataset', kind: 'Dataset', namespace: 'shared', name: 'squad' },
  ]);
  expect([gatesOf(dataset()), gatesOf(notebook())]).toEqual([[], []]);
});

test('inputs are known when all of them are; until then it is known which are not', () => {
  const platform = platformOf('gcp');
  const found: Inputs = { model: artifact('Model', platform), dataset: artifact('Dataset', platform) };
  expect(resolveInputs(TRAINED, ({ kind }) => (kind === 'Model' ? found.model : found.dataset))).toEqual(found);
  expect(resolveInputs(TRAINED, ({ kind }) => (kind === 'Model' ? found.model : undefined))).toEqual([
    { field: 'dataset', kind: 'Dataset', namespace: 'shared', name: 'squad' },
  ]);
});

test('a reference without its input is an error, for it would be mounted as nothing', () => {
  expect(() => childrenOf(TRAINED, { platform: platformOf('gcp'), inputs: {} })).toThrow(
    new ExpandError('model base is not resolved; it must be given as an input'));
});
