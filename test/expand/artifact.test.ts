import type { ConfigMap, EnvVar } from 'kubernetes-types/core/v1';
import { recipeDigest } from '../../src/api/digest';
import { artifactOf } from '../../src/expand';
import { childOf, childrenOf, dataset, envOf, jobOf, model, mountPaths, nameOf, platformOf, the, userContainer, userPod, volumeNamed } from './fixtures';

const LOCAL = { platform: platformOf('local') };
const TRAINED = model({ model: { name: 'base' }, dataset: { name: 'squad' }, resources: { gpu: { type: 'nvidia-l4', count: 2 } } }, 'tuned');

function containerOf(step: 'check' | 'publish', resource = model(), options = {}) {
  return the(jobOf(step, resource, options).spec?.template.spec?.containers ?? [], step);
}

test('params come first, then the check, then the run on its staging volume, then the publication', () => {
  const children = childrenOf(model()).map(({ step, object: { kind } }) => `${step} ${kind}`);
  expect(children).toEqual(['prepare ConfigMap', 'check Job', 'run PersistentVolumeClaim', 'run Job', 'publish ConfigMap', 'publish Job']);
});

test('an artifact lies under its recipe digest, among those of its kind, in the folder of its workspace', () => {
  const resource = dataset();
  const { url } = artifactOf(resource, platformOf('gcp'), {});
  expect(url).toBe(`gs://acme-artifacts/team-a/datasets/${recipeDigest(resource)}`);
});

test('another base model is another artifact, in another place', () => {
  const base = { kind: 'Model', name: 'base', namespace: 'team-a', url: 'x' } as const;
  const [a, b] = ['1', '2'].map((digest) => artifactOf(TRAINED, platformOf('gcp'), { model: { ...base, recipeDigest: digest } }));
  expect(a?.url).not.toBe(b?.url);
});

test('the containers are called as the original Substratus called them', () => {
  expect([userContainer(model()).name, userContainer(dataset()).name]).toEqual(['model', 'load']);
});

test('the container contract of a training holds', () => {
  expect(mountPaths(userContainer(TRAINED))).toEqual(['/content/artifacts', '/content/data', '/content/model', '/content/params.json', '/dev/shm']);
});

test('the container contract of an import holds', () => {
  expect(mountPaths(userContainer(model()))).toEqual(['/content/artifacts', '/content/params.json', '/dev/shm']);
});

test('the program writes to a disk of its own, not to the bucket', () => {
  const claim = childOf('PersistentVolumeClaim', model());
  expect(volumeNamed('artifacts', userPod(model(), LOCAL)).persistentVolumeClaim).toEqual({ claimName: nameOf(claim) });
  const written = userContainer(TRAINED, LOCAL).volumeMounts?.filter(({ readOnly }) => !readOnly).map(({ mountPath }) => mountPath);
  expect(written).toEqual(['/dev/shm', '/content/artifacts']);
});

test('the publication reads that disk, and cannot change it', () => {
  const spec = jobOf('publish', model(), LOCAL).spec?.template.spec;
  const mounts = Object.fromEntries((spec?.containers[0]?.volumeMounts ?? []).map((mount) => [mount.mountPath, mount]));
  const claims = Object.fromEntries((spec?.volumes ?? []).map((volume) => [volume.name, volume.persistentVolumeClaim?.claimName]));
  expect(mounts['/content/artifacts']?.readOnly).toBe(true);
  expect(claims[mounts['/content/artifacts']?.name ?? '']).toBe(nameOf(childOf('PersistentVolumeClaim', model())));
  expect(claims[mounts['/artifacts']?.name ?? '']).toBe('artifacts');
});

test('the check can only read the store, the publication writes to it', () => {
  const mountOf = (step: 'check' | 'publish') => containerOf(step, model(), LOCAL).volumeMounts?.find(({ mountPath }) => mountPath === '/artifacts');
  expect([mountOf('check')?.readOnly ?? false, mountOf('publish')?.readOnly ?? false]).toEqual([true, false]);
});

test('the staging volume is 50 GiB, or room for twice what the GPUs hold, or what is asked for', () => {
  const size = (resource = model()) => childOf('PersistentVolumeClaim', resource).spec?.resources?.requests?.storage;
  expect([size(), size(TRAINED), size(model({ staging: { size: 7 } }))]).toEqual(['50Gi', '96Gi', '7Gi']);
});

test('the staging volume is of the default class, unless another is named', () => {
  const classOf = (resource = model()) => childOf('PersistentVolumeClaim', resource).spec?.storageClassName;
  expect([classOf(), classOf(model({ staging: { storageClassName: 'fast' } }))]).toEqual([undefined, 'fast']);
});

test('a retried run finds what the one before it left: its volume is named by the recipe alone', () => {
  const more = model({ resources: { memory: 64 }, staging: { storageClassName: 'fast' }, retries: 5 });
  expect(nameOf(childOf('PersistentVolumeClaim', more))).toBe(nameOf(childOf('PersistentVolumeClaim', model())));
  expect(nameOf(childOf('PersistentVolumeClaim', model({ params: { a: 1 } })))).not.toBe(nameOf(childOf('PersistentVolumeClaim', model())));
});

test('the publication knows what it publishes, where from and where to', () => {
  const { url, recipeDigest: recipe } = artifactOf(model(), platformOf('gcp'), {});
  expect(envOf(containerOf('publish'))).toMatchObject({
    SOURCE: '/content/artifacts',
    DESTINATION: url.replace('gs://', ':gcs:'),
    RECIPE_DIGEST: recipe,
    RECIPE_FILE: '/recipe/recipe.json',
    IMAGE: 'example/model:1',
    RCLONE_CONFIG: '',
  });
});

test('the digest of the image that ran comes from an annotation, since it is known only afterwards', () => {
  const digest = containerOf('publish').env?.find(({ name }) => name === 'IMAGE_DIGEST');
  expect(digest?.valueFrom?.fieldRef?.fieldPath).toBe('metadata.annotations[\'substratus.ai/image-digest\']');
});

test('the environment of every helper is sorted, and names nothing twice', () => {
  const lists = (['check', 'publish'] as const).map((step) => (containerOf(step, model(), LOCAL).env ?? []).map(({ name }: EnvVar) => name));
  for (const names of lists) expect(names).toEqual([...new Set(names)].sort());
});

test('the manifest\'s recipe says what the artifact is made of, and holds no secret', () => {
  const resource = model({ params: { b: 1, a: 2 }, env: { TOKEN: '${{ secrets.hf.token }}' }, resources: { cpu: 9 }, dataset: { name: 'squad' } });
  const object = the(childrenOf(resource).filter(({ step, object: { kind } }) => step === 'publish' && kind === 'ConfigMap'), 'recipe').object as ConfigMap;
  expect(object.immutable).toBe(true);
  expect(JSON.parse(object.data?.['recipe.json'] ?? '')).toEqual({
    kind: 'Model',
    image: 'example/model:1',
    params: { a: 2, b: 1 },
    env: { TOKEN: '${{ secrets.hf.token }}' },
    dataset: '0datasetdatasetdatasetdata',
  });
});

test('one recipe is one ConfigMap: with a build the image is no part of it', () => {
  const recipeOf = (image: string) => {
    const children = childrenOf(model({ image, build: { git: { url: 'https://example.com/r' } } }));
    return the(children.filter(({ step, object: { kind } }) => step === 'publish' && kind === 'ConfigMap'), 'recipe').object;
  };
  expect(recipeOf('a')).toEqual(recipeOf('b'));
});

test('what an artifact needs is found by its recipe', () => {
  const { recipeDigest: recipe } = artifactOf(model(), platformOf('gcp'), {});
  const labelled = childrenOf(model()).filter(({ step }) => step !== 'prepare').map(({ object }) => object.metadata?.labels?.['substratus.ai/recipe']);
  expect(new Set(labelled)).toEqual(new Set([recipe]));
});
